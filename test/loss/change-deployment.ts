import type { Client } from '@beeline/sdk';
import {
  apply,
  type NumberedModelOptions,
  numberedModel,
  waitForNewest,
  waitForReady,
} from './numbered-model.ts';

type Deployment = Omit<NumberedModelOptions, 'version' | 'minReplicas'>;

/** What a deployment goes through while it is called. */
export interface Changes {
  /** Deploys a new revision and waits until it has the traffic. */
  update(): Promise<void>;
  /** Grows to three replicas, then takes the minimum away and waits until all but one are gone. */
  scaleDown(): Promise<void>;
  readonly updates: number;
  readonly scaleDowns: number;
}

/** Deploys the first version and waits until it serves. */
export async function deployNumbered(client: Client, deployment: Deployment): Promise<Changes> {
  const { name } = deployment;
  let version = 1;
  let scaleDowns = 0;
  let active: string | null = null;
  const change = (minReplicas: number) =>
    apply(client, numberedModel({ ...deployment, version, minReplicas }));
  await change(0);
  active = await waitForNewest(client, name, null);
  return {
    get updates() {
      return version - 1;
    },
    get scaleDowns() {
      return scaleDowns;
    },
    async update() {
      version += 1;
      await change(0);
      active = await waitForNewest(client, name, active);
    },
    async scaleDown() {
      await change(3);
      await waitForReady(client, name, (ready) => ready === 3);
      await change(0);
      await waitForReady(client, name, (ready) => ready === 1);
      scaleDowns += 1;
    },
  };
}

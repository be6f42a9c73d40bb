import type { ModelInput } from '@beeline/core/resources';
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

/** Deploys the first version of any model and waits until it serves; every version is a revision of its own. */
export async function deployChanging(
  client: Client,
  name: string,
  describe: (version: number, minReplicas: number) => ModelInput,
): Promise<Changes> {
  let version = 1;
  let scaleDowns = 0;
  let active: string | null = null;
  const change = (minReplicas: number) => apply(client, describe(version, minReplicas));
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

/** Deploys the numbered model server. */
export function deployNumbered(client: Client, deployment: Deployment): Promise<Changes> {
  return deployChanging(client, deployment.name, (version, minReplicas) =>
    numberedModel({ ...deployment, version, minReplicas }),
  );
}

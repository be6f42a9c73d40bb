import type { ModelInput } from '@beeline/core/resources';
import { waitFor } from '@beeline/core/testing';
import type { Client } from '@beeline/sdk';

export interface NumberedModelOptions {
  readonly name: string;
  /** Any directory: the numbered model server reads nothing. */
  readonly directory: string;
  readonly servedFile: string;
  /** Another version is another revision. */
  readonly version: number;
  readonly minReplicas: number;
}

const changeMs = 40_000;

/**
 * One replica is enough for any load, and more are kept only by the minimum. The window is the shortest there is: a
 * location that finds several replicas after a restart lets none go before it is over.
 */
export function quickScaling(minReplicas: number): NonNullable<ModelInput['spec']['serverlessConfig']> {
  return {
    minNumReplicas: minReplicas,
    maxNumReplicas: 4,
    target: '200',
    stableWindow: '6s',
    scaleDownDelay: '0',
    lastPodRetentionPeriod: '60s',
  };
}

/** A deployment of the numbered model server. */
export function numberedModel(options: NumberedModelOptions): ModelInput {
  const envs = { SERVED_FILE: options.servedFile, MODEL_VERSION: String(options.version) };
  return {
    metadata: { name: options.name, environment: 'production' },
    spec: {
      enabled: true,
      runtime: {
        model: `file://${options.directory}`,
        envs: Object.entries(envs).map(([name, value]) => ({ name, value })),
      },
      serverlessConfig: quickScaling(options.minReplicas),
    },
  };
}

/** Applies a change for as long as control is away. */
export async function apply(client: Client, model: ModelInput): Promise<void> {
  await waitFor(`control to take ${model.metadata.name}`, () => client.models.apply(model), changeMs);
}

/** Waits until the newest revision has the traffic. */
export async function waitForNewest(client: Client, name: string, before: string | null): Promise<string> {
  return waitFor(
    `the newest revision of ${name} to be served`,
    async () => {
      const { activeRevision, latestRevision } = (await client.models.get(name)).observed;
      return activeRevision !== before && activeRevision === latestRevision ? activeRevision : null;
    },
    changeMs,
  );
}

/** Waits until the deployment has a number of ready replicas that fits. */
export async function waitForReady(
  client: Client,
  name: string,
  fits: (ready: number) => boolean,
): Promise<void> {
  await waitFor(
    `${name} to have the replicas that it should`,
    async () => fits((await client.models.get(name)).observed.replicas.ready),
    changeMs,
  );
}

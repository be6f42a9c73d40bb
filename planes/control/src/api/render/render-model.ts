import { defaultEnvironment, type Model, type ModelScaling, showModelSpec } from '@beeline/core/resources';
import type { Observation } from '../../store/observed.ts';
import type { ShownDeployment } from '../../store/pages/load-listed.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** Where a deployment is called. */
export function inferenceUrl(
  publicUrl: string,
  row: Pick<ShownDeployment, 'workspace' | 'model' | 'environment'>,
): string {
  const query = row.environment === defaultEnvironment ? '' : `?environment=${row.environment}`;
  return `${publicUrl}/${row.workspace}/models/${row.model}${query}`;
}

function countReplicas(observations: readonly Observation[]): Model['observed']['replicas'] {
  const sum = { starting: 0, ready: 0, draining: 0 };
  for (const { state } of observations) {
    sum.starting += state.replicas.requested + state.replicas.fetching + state.replicas.starting;
    sum.ready += state.replicas.ready;
    sum.draining += state.replicas.draining;
  }
  return sum;
}

const renderScaling = ({ location, state }: Observation): readonly ModelScaling[] =>
  state.scaling === undefined
    ? []
    : [
        {
          location,
          revision: state.revision,
          desired: state.scaling.desired,
          reason: state.scaling.reason,
          changes: state.scaling.changes.map(({ at, ...change }) => ({ time: iso(at), ...change })),
        },
      ];

/** A deployment as the API returns it. */
export function renderModel(
  row: ShownDeployment,
  observations: readonly Observation[],
  publicUrl: string,
): Model {
  return {
    metadata: {
      name: row.model,
      displayName: row.displayName,
      labels: row.labels,
      workspace: row.workspace,
      environment: row.environment,
      generation: row.generation,
      url: inferenceUrl(publicUrl, row),
      createdAt: iso(row.createdAt),
      createdBy: row.createdBy,
      updatedAt: iso(row.updatedAt),
      updatedBy: row.updatedBy,
    },
    spec: showModelSpec(row.spec),
    status: row.status,
    events: row.events,
    observed: {
      generation: row.observedGeneration,
      activeRevision: row.activeRevision,
      latestRevision: row.latestRevision,
      replicas: countReplicas(observations),
      conditions: row.conditions,
      scaling: observations.flatMap(renderScaling),
    },
  };
}

import type { RevisionAssignment } from '@beeline/core/contract';
import { buildRevisionTemplate, defaultModelSpec, newModelLifecycle } from '@beeline/core/resources';
import type { DeploymentPicture } from '../decide/deployment-picture.ts';
import type { DeploymentRow, GatewayRow, LocationRow, RevisionRow } from '../store/database/tables.ts';
import type { Observation } from '../store/observed.ts';
import { observedRevision } from './documents.ts';

export const pictureTimeMs = 1_700_000_000_000;

/** A complete spec whose template is told apart by a name. */
export const specOf = (name: string, enabled = true) =>
  defaultModelSpec({ enabled, runtime: { model: `file:/models/${name}` } });

/** A stored revision of the template with that name, proved unless told otherwise. */
export function revisionRow(number: number, name: string, changes: Partial<RevisionRow> = {}): RevisionRow {
  return {
    id: `rev_${number}`,
    deployment: 'dep_1',
    number,
    generation: number,
    template: buildRevisionTemplate(specOf(name)),
    artifactDigest: null,
    proof: 'proved',
    failure: null,
    trials: [],
    retiringSince: null,
    retiringFrom: null,
    createdAt: pictureTimeMs,
    createdBy: 'key_1',
    originByOwner: false,
    ...changes,
  };
}

/** A location that reported just now. */
export function locationRow(name: string, changes: Partial<LocationRow> = {}): LocationRow {
  return {
    name,
    displayName: name,
    country: null,
    continent: null,
    flavors: [],
    generations: ['process'],
    assignmentsVersion: 10,
    lastSeenAt: pictureTimeMs,
    ...changes,
  };
}

/** A gateway that holds a version of the routes since long ago. */
export const gatewayRow = (name: string, routesVersion: number, routesVersionAt = 0): GatewayRow => ({
  name,
  routesVersion,
  routesVersionAt,
  liveUntil: pictureTimeMs + 30_000,
});

/** Assignments of these revisions to these locations, as far as decisions look at them. */
export const placed = (locations: readonly string[], ...revisions: readonly RevisionRow[]) =>
  revisions.map(({ id, number, template }) => {
    const assignment: RevisionAssignment = {
      revision: id,
      number,
      workspace: 'default',
      model: 'sentiment',
      environment: 'production',
      purpose: 'serve',
      proof: 'needed',
      template,
      artifactDigest: null,
      scaling: {
        minReplicas: 0,
        maxReplicas: 4,
        metric: 'concurrency',
        target: 8,
        scaleUpMinimum: 1,
        stableWindowMs: 60_000,
        scaleDownDelayMs: 10_000,
        retentionMs: 60_000,
      },
      drainTimeoutMs: null,
    };
    return { locations, assignment };
  });

export const observation = (
  location: string,
  revision: string,
  changes: Parameters<typeof observedRevision>[1] = {},
): Observation => ({ location, state: observedRevision(revision, changes) });

export function deploymentRow(changes: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    id: 'dep_1',
    workspace: 'default',
    model: 'sentiment',
    environment: 'production',
    displayName: 'sentiment',
    labels: {},
    spec: specOf('one'),
    generation: 1,
    createdAt: pictureTimeMs,
    createdBy: 'key_1',
    updatedAt: pictureTimeMs,
    updatedBy: 'key_1',
    deleting: false,
    originByOwner: false,
    dueAt: 0,
    observedGeneration: 0,
    ...newModelLifecycle(pictureTimeMs),
    activeRevision: null,
    previousRevision: null,
    latestRevision: null,
    route: null,
    assignments: [],
    assignmentsVersion: 5,
    ...changes,
  };
}

/** A picture of a deployment at the location `here`, without revisions unless told otherwise. */
export function deploymentPicture(
  changes: Partial<Omit<DeploymentPicture, 'deployment'>> & { readonly deployment?: Partial<DeploymentRow> },
): DeploymentPicture {
  const { deployment, ...rest } = changes;
  return {
    nowMs: pictureTimeMs,
    listeningSinceMs: 0,
    deployment: deploymentRow(deployment),
    revisions: [],
    locations: [locationRow('here')],
    observations: [],
    gateways: [gatewayRow('gateway-1', 9)],
    newRevisionId: 'rev_new',
    ...rest,
  };
}

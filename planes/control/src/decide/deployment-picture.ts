import type { DeploymentRow, GatewayRow, LocationRow, RevisionRow } from '../store/database/tables.ts';
import type { Observation } from '../store/observed.ts';

/** All that the decisions about one deployment need to know. */
export interface DeploymentPicture {
  readonly nowMs: number;
  /** When this process began to listen to gateways: before that it cannot know of any. */
  readonly listeningSinceMs: number;
  readonly deployment: DeploymentRow;
  /** Kept revisions, oldest first. */
  readonly revisions: readonly RevisionRow[];
  readonly locations: readonly LocationRow[];
  readonly observations: readonly Observation[];
  /** Live ones only. */
  readonly gateways: readonly GatewayRow[];
  /** Id for a revision, should one be needed. */
  readonly newRevisionId: string;
}

/** A location that has been silent for longer is unreachable. */
export const locationSilenceMs = 30_000;

export function isHealthy(location: LocationRow, nowMs: number): boolean {
  return nowMs - location.lastSeenAt <= locationSilenceMs;
}

/** Names of the locations that are up. */
export function listUp({
  locations,
  nowMs,
}: Pick<DeploymentPicture, 'locations' | 'nowMs'>): readonly string[] {
  return locations.filter((location) => isHealthy(location, nowMs)).map(({ name }) => name);
}

/** Where revisions of the deployment belong: everywhere that is up, and where it is already. */
export function chooseLocations(picture: DeploymentPicture): readonly string[] {
  const placed = new Set(picture.deployment.assignments.flatMap(({ locations }) => locations));
  return picture.locations
    .filter(
      (location) =>
        isHealthy(location, picture.nowMs) || placed.has(location.name) || location.lastSeenAt === 0,
    )
    .map((location) => location.name)
    .sort();
}

import { type DeploymentPicture, isHealthy } from './deployment-picture.ts';

/** A location's report counts once this much time has passed since the gateways let go: requests were on their way. */
const settleMs = 1_000;
/** While no gateway is known, one may be about to return with routes from before. */
const unknownGatewaysMs = 60_000;

interface Verdict {
  readonly retired: boolean;
  readonly reason: string;
}

const not = (reason: string): Verdict => ({ retired: false, reason });

/** When the last live gateway let go of the revision; null while one still has it. */
function releasedAt(picture: DeploymentPicture, retiringFrom: number, retiringSince: number): number | null {
  if (picture.gateways.some((gateway) => gateway.routesVersion < retiringFrom)) return null;
  if (picture.gateways.length > 0) {
    return Math.max(retiringSince, ...picture.gateways.map((gateway) => gateway.routesVersionAt));
  }
  const since = Math.max(retiringSince, picture.listeningSinceMs);
  return picture.nowMs - since < unknownGatewaysMs ? null : since;
}

/**
 * Whether a revision that lost the traffic can be taken from the locations: no live gateway has routes that still
 * name it, and every location that is up has said since then that it is idle.
 */
export function isRetired(picture: DeploymentPicture, revisionId: string): Verdict {
  const revision = picture.revisions.find(({ id }) => id === revisionId);
  if (revision === undefined || revision.retiringSince === null || revision.retiringFrom === null) {
    return { retired: true, reason: 'it is not retiring' };
  }
  const released = releasedAt(picture, revision.retiringFrom, revision.retiringSince);
  if (released === null) return not('a gateway may still send requests to it');
  for (const location of picture.locations.filter((each) => isHealthy(each, picture.nowMs))) {
    if (location.lastSeenAt < released + settleMs) {
      return not(`location ${location.name} has not reported since the gateways let go`);
    }
    const said = picture.observations.find(
      (observation) => observation.location === location.name && observation.state.revision === revisionId,
    );
    if (said !== undefined && said.state.inFlight + said.state.waiting > 0) {
      return not(`location ${location.name} still has requests for it`);
    }
  }
  return { retired: true, reason: 'no gateway names it and every location is idle: it goes' };
}

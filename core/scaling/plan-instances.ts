/** States of a replica at a location; `gone` and `failed` are ends. */
export type ReplicaState = 'requested' | 'fetching' | 'starting' | 'ready' | 'draining' | 'gone' | 'failed';

export interface ReplicaPicture {
  readonly id: string;
  readonly state: ReplicaState;
  readonly inFlight: number;
  readonly served: number;
  /** Monotonic milliseconds. */
  readonly idleSince: number;
  readonly stopSent: boolean;
}

export interface InstancesPicture {
  readonly replicas: readonly ReplicaPicture[];
  readonly desired: number;
  /** Milliseconds until the next attempt may be made after a failed one; 0 when now. */
  readonly backoffMs: number;
}

export interface InstancesPlan {
  /** How many new replicas to start. */
  readonly start: number;
  /** Draining replicas to take back. */
  readonly revive: readonly string[];
  readonly drain: readonly { readonly id: string; readonly reason: string }[];
}

const isLive = ({ state }: ReplicaPicture) => state !== 'draining' && state !== 'gone' && state !== 'failed';

/** Who goes first: not yet ready, then never served, then idle for longest; one that works goes last. */
export function orderVictims(replicas: readonly ReplicaPicture[]): readonly ReplicaPicture[] {
  const rank = (replica: ReplicaPicture): number => {
    if (replica.state !== 'ready') return 0;
    if (replica.inFlight > 0) return 3;
    return replica.served === 0 ? 1 : 2;
  };
  return [...replicas].sort(
    (a, b) => rank(a) - rank(b) || a.inFlight - b.inFlight || a.idleSince - b.idleSince,
  );
}

function victimReason(replica: ReplicaPicture): string {
  if (replica.state !== 'ready') return 'no longer needed, and not ready yet';
  if (replica.inFlight > 0) return 'no longer needed; finishes the requests it has';
  return replica.served === 0
    ? 'no longer needed, and never served'
    : 'no longer needed, and idle for longest';
}

/** What to start and what to drain so that as many replicas live as are desired. */
export function planInstances(picture: InstancesPicture): InstancesPlan {
  const live = picture.replicas.filter(isLive);
  const missing = picture.desired - live.length;
  if (missing <= 0) {
    const victims = orderVictims(live).slice(0, -missing);
    return {
      start: 0,
      revive: [],
      drain: victims.map((replica) => ({ id: replica.id, reason: victimReason(replica) })),
    };
  }
  const revive = picture.replicas
    .filter(({ state, stopSent }) => state === 'draining' && !stopSent)
    .slice(0, missing)
    .map(({ id }) => id);
  const start = picture.backoffMs > 0 ? 0 : missing - revive.length;
  return { start, revive, drain: [] };
}

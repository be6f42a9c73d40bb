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
  /** Draining replicas that have nothing left to do and nobody takes back. */
  readonly stop: readonly string[];
}

const isLive = ({ state }: ReplicaPicture) => state !== 'draining' && state !== 'gone' && state !== 'failed';

const order = ['requested', 'fetching', 'starting', 'never served', 'idle', 'working'];

/** How far a replica has come, and whether it was of use: a place in `order`. */
function rank({ state, inFlight, served }: ReplicaPicture): number {
  if (state !== 'ready') return order.indexOf(state);
  if (inFlight > 0) return order.indexOf('working');
  return order.indexOf(served === 0 ? 'never served' : 'idle');
}

/**
 * Who goes first, wherever a live replica is chosen for its end: not yet ready, the least advanced of them first;
 * then never served; then idle for longest. One that works goes last, the least busy first.
 */
export function orderVictims(replicas: readonly ReplicaPicture[]): readonly ReplicaPicture[] {
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

/** Draining replicas that can still be taken back, those first whose slots are free. */
function listRevivable(replicas: readonly ReplicaPicture[]): readonly ReplicaPicture[] {
  return replicas
    .filter(({ state, stopSent }) => state === 'draining' && !stopSent)
    .sort((a, b) => a.inFlight - b.inFlight);
}

/** What to start, to take back, to drain and to stop so that as many replicas live as are desired. */
export function planInstances(picture: InstancesPicture): InstancesPlan {
  const live = picture.replicas.filter(isLive);
  const missing = Math.max(0, picture.desired - live.length);
  const victims = orderVictims(live).slice(0, Math.max(0, live.length - picture.desired));
  const revivable = listRevivable(picture.replicas);
  const left = revivable.slice(missing);
  return {
    start: picture.backoffMs > 0 ? 0 : Math.max(0, missing - revivable.length),
    revive: revivable.slice(0, missing).map(({ id }) => id),
    drain: victims.map((replica) => ({ id: replica.id, reason: victimReason(replica) })),
    stop: left.filter(({ inFlight }) => inFlight === 0).map(({ id }) => id),
  };
}

import { BeelineError, type Clock } from '@beeline/core/base';
import type { AcquireRequest, Lease, LeaseOutcome, LeaseWait, UpstreamTarget } from '@beeline/core/contract';
import type { Replica, ReplicaHold } from '../instances/replica.ts';
import { noWait, splitWait } from './split-wait.ts';

export interface SlotPoolOptions {
  readonly clock: Clock;
  readonly queueLimit: number;
  readonly queueDeadlineMs: number;
  /** Why no request may wait now, or null when one may. */
  refusal(): BeelineError | null;
  /** When a refused caller should try again, in milliseconds. */
  retryAfterMs(): number;
  /** A request came that may use the pool. */
  onArrival(): void;
  /** A request left its replica after so many milliseconds on it. */
  onEnd(heldMs: number): void;
  /** A request began to wait. */
  onWaiting(): void;
  /** Nothing could be sent to a replica. */
  onUnreachable(replica: Replica): void;
}

interface Waiter {
  readonly since: number;
  readonly grant: (replica: Replica) => void;
  readonly refuse: (error: unknown) => void;
}

/** The replica with the fewest requests that accepts one more; undefined when none does. */
export function chooseReplica(ready: Iterable<Replica>): Replica | undefined {
  let best: Replica | undefined;
  for (const replica of ready) {
    if (replica.inFlight >= replica.hardConcurrency) continue;
    if (best === undefined || replica.inFlight < best.inFlight) best = replica;
  }
  return best;
}

class ReplicaLease implements Lease, ReplicaHold {
  place = -1;
  readonly target: UpstreamTarget;
  readonly replica: string;
  readonly wait: LeaseWait;
  readonly #pool: SlotPool;
  readonly #held: Replica;
  readonly #holder: AcquireRequest;
  readonly #since: number;
  #released = false;

  constructor(
    pool: SlotPool,
    held: Replica,
    target: UpstreamTarget,
    holder: AcquireRequest,
    wait: LeaseWait,
    nowMs: number,
  ) {
    this.target = target;
    this.replica = held.id;
    this.wait = wait;
    this.#pool = pool;
    this.#held = held;
    this.#holder = holder;
    this.#since = nowMs;
  }

  cut(error: BeelineError): void {
    this.#holder.cut?.(error);
  }

  release(outcome: LeaseOutcome): void {
    if (this.#released) {
      throw new BeelineError('INTERNAL_ERROR', { message: `a lease on ${this.replica} was released twice` });
    }
    this.#released = true;
    this.#held.holds.remove(this);
    this.#pool.giveBack(this.#held, outcome, this.#since);
  }
}

/** The slots of one revision's ready replicas, and the queue for them. A free slot is handed out synchronously. */
export class SlotPool {
  readonly #options: SlotPoolOptions;
  readonly #ready = new Set<Replica>();
  readonly #waiting = new Set<Waiter>();
  #inFlight = 0;
  #lastReleaseAt: number | null = null;

  constructor(options: SlotPoolOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** When the last request ended, in monotonic milliseconds. */
  get lastReleaseAt(): number | null {
    return this.#lastReleaseAt;
  }

  acquire(request: AcquireRequest): Lease | Promise<Lease> {
    // While anybody waits no slot is free: each that becomes free goes to the queue.
    const replica = chooseReplica(this.#ready);
    if (replica !== undefined) this.#options.onArrival();
    return replica === undefined ? this.#wait(request) : this.#lease(replica, request, noWait);
  }

  /** Begins to hand out slots of a replica, first to those who wait. One that is added twice is there once. */
  add(replica: Replica): void {
    this.#ready.add(replica);
    this.#grantWaiting();
  }

  /** Hands out no more slots of it; those that are out stay good. False when it handed out none before. */
  remove(replica: Replica): boolean {
    return this.#ready.delete(replica);
  }

  /** Refuses everybody who waits. */
  refuseWaiting(error: BeelineError): void {
    for (const waiter of [...this.#waiting]) waiter.refuse(error);
  }

  giveBack(replica: Replica, outcome: LeaseOutcome, since: number): void {
    const now = this.#options.clock.monotonicMs();
    replica.inFlight -= 1;
    if (outcome === 'served') replica.answeredLately = true;
    replica.idleSince = now;
    this.#inFlight -= 1;
    this.#lastReleaseAt = now;
    if (outcome === 'unreachable') this.#options.onUnreachable(replica);
    else {
      replica.served += 1;
      this.#options.onEnd(now - since);
    }
    if (replica.inFlight === 0 && replica.state === 'draining') replica.onDrained?.();
    this.#grantWaiting();
  }

  #lease(replica: Replica, request: AcquireRequest, wait: LeaseWait): Lease {
    const { target } = replica;
    if (target === null) {
      throw new BeelineError('INTERNAL_ERROR', {
        message: `replica ${replica.id} is ready without a target`,
      });
    }
    replica.inFlight += 1;
    this.#inFlight += 1;
    const nowMs = this.#options.clock.monotonicMs();
    const lease = new ReplicaLease(this, replica, target, request, wait, nowMs);
    replica.holds.add(lease);
    return lease;
  }

  #wait(request: AcquireRequest): Promise<Lease> {
    const { clock, queueLimit, queueDeadlineMs } = this.#options;
    const refusal = this.#options.refusal();
    if (refusal !== null) throw refusal;
    if (this.#waiting.size >= queueLimit) {
      throw new BeelineError('QUEUE_FULL', {
        message: `${this.#waiting.size} requests wait for this deployment already; try again later`,
        retryAfterMs: this.#options.retryAfterMs(),
      });
    }
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason);
    const waited = new Promise<Lease>((resolve, reject) => {
      const since = clock.monotonicMs();
      const leave = () => {
        this.#waiting.delete(waiter);
        cancelDeadline();
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        since,
        grant: (replica) => {
          leave();
          resolve(this.#lease(replica, request, splitWait(since, clock.monotonicMs(), replica)));
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = () => waiter.refuse(signal.reason);
      const cancelDeadline = clock.setTimer(queueDeadlineMs, () =>
        waiter.refuse(
          new BeelineError('REPLICA_TIMEOUT', {
            message: `no replica was free within ${queueDeadlineMs} ms (queueDeadline); try again later`,
            retryAfterMs: this.#options.retryAfterMs(),
          }),
        ),
      );
      signal.addEventListener('abort', onAbort);
      this.#waiting.add(waiter);
    });
    this.#options.onArrival();
    this.#options.onWaiting();
    return waited;
  }

  #grantWaiting(): void {
    for (const waiter of this.#waiting) {
      const replica = chooseReplica(this.#ready);
      if (replica === undefined) return;
      waiter.grant(replica);
    }
  }
}

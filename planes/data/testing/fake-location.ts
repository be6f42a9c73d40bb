import type {
  AcquireRequest,
  Lease,
  LeaseOutcome,
  LeaseWait,
  LocationPort,
  UpstreamTarget,
} from '@beeline/core/contract';

/** A location whose one replica is the test's own server. */
export interface FakeLocation extends LocationPort {
  /** What became of each lease, in the order of their release. */
  readonly released: LeaseOutcome[];
  readonly acquired: number;
  readonly heldSignals: AbortSignal[];
  /** Answers in place of a lease at once. */
  onAcquire: ((request: AcquireRequest) => Lease | Promise<Lease>) | null;
  lease(target?: UpstreamTarget, wait?: LeaseWait): Lease;
}

const warm: LeaseWait = { queueMs: 0, startMs: 0, loadMs: 0 };

export function createFakeLocation(target: UpstreamTarget, name = 'local'): FakeLocation {
  const released: LeaseOutcome[] = [];
  let acquired = 0;
  const location: FakeLocation = {
    location: name,
    released,
    heldSignals: [],
    onAcquire: null,
    get acquired() {
      return acquired;
    },
    acquire(request) {
      acquired += 1;
      return location.onAcquire?.(request) ?? location.lease();
    },
    lease(to = target, wait = warm) {
      let done = false;
      return {
        target: to,
        replica: 'rep-1',
        wait,
        release(outcome) {
          if (done) throw new Error('a lease was released twice');
          done = true;
          released.push(outcome);
        },
      };
    },
  };
  return location;
}

import { get } from 'node:http';
import type { Clock, Secret } from '@beeline/core/base';
import {
  type AcquireRequest,
  ingressHeaders,
  ingressReadyPath,
  type Lease,
  type LeaseOutcome,
  type LocationPort,
  type UpstreamTarget,
} from '@beeline/core/contract';
import { locationAway } from '../errors.ts';

export interface RemoteLocationOptions {
  readonly name: string;
  /** Its ingress. */
  readonly target: UpstreamTarget;
  readonly token: Secret;
  readonly clock: Clock;
  /** How long requests are held while the ingress takes none, in milliseconds. */
  readonly holdMs: number;
}

const probeEveryMs = 100;
const probeLimitMs = 2_000;
/** When the ingress is back: 6,400 requests a second. */
const grantedAtOnce = 64;
const grantEveryMs = 10;
const noWait = { queueMs: 0, startMs: 0, loadMs: 0 } as const;

/** Whether an ingress takes requests. */
function probe(target: UpstreamTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(
      { ...target, path: ingressReadyPath, agent: false, timeout: probeLimitMs },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}

interface Held {
  readonly grant: () => void;
}

/**
 * A location in another process. A lease is good at once: the ingress acquires the slot when the request arrives.
 * When the ingress took a request's connection or word back, those that follow are held and it is asked every 100 ms
 * whether it is there again, so that a restart of the location costs time and no request.
 */
class RemoteLocation implements LocationPort {
  readonly location: string;
  readonly #options: RemoteLocationOptions;
  readonly #held = new Set<Held>();
  #away = false;
  #probing = false;

  constructor(options: RemoteLocationOptions) {
    this.location = options.name;
    this.#options = options;
  }

  /** Whoever asks while it is away has it asked again, so that it comes back although nobody waits for it. */
  get reachable(): boolean {
    if (this.#away) void this.#probe();
    return !this.#away;
  }

  acquire(request: AcquireRequest): Lease | Promise<Lease> {
    return this.#away ? this.#hold(request) : this.#lease(request, 0);
  }

  #lease(request: AcquireRequest, queueMs: number): Lease {
    return {
      target: this.#options.target,
      replica: null,
      wait: queueMs === 0 ? noWait : { queueMs, startMs: 0, loadMs: 0 },
      ingress: [
        ingressHeaders.token,
        this.#options.token.reveal(),
        ingressHeaders.revision,
        request.revision,
      ],
      release: (outcome) => this.#onReleased(outcome),
    };
  }

  #onReleased(outcome: LeaseOutcome): void {
    if (outcome === 'unreachable') this.#away = true;
  }

  #hold(request: AcquireRequest): Promise<Lease> {
    const { clock, holdMs } = this.#options;
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const since = clock.monotonicMs();
      const leave = () => {
        this.#held.delete(held);
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const held: Held = {
        grant: () => {
          leave();
          resolve(this.#lease(request, clock.monotonicMs() - since));
        },
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      const cancel = clock.setTimer(holdMs, () => {
        leave();
        reject(locationAway(this.location, holdMs));
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#held.add(held);
      void this.#probe();
    });
  }

  /** Asks once; while somebody waits, every 100 ms until the ingress is there. */
  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    const { clock, target } = this.#options;
    let there = await probe(target);
    while (!there) {
      await new Promise<void>((resolve) => clock.setTimer(probeEveryMs, resolve));
      if (this.#held.size === 0) break;
      there = await probe(target);
    }
    this.#probing = false;
    if (!there) return;
    this.#away = false;
    this.#grantSome();
  }

  /** Lets those who wait go, some at a time: each takes a connection of its own. */
  #grantSome(): void {
    for (const held of [...this.#held].slice(0, grantedAtOnce)) held.grant();
    if (this.#held.size === 0) return;
    this.#options.clock.setTimer(grantEveryMs, () => {
      if (this.#away) void this.#probe();
      else this.#grantSome();
    });
  }
}

export function createRemoteLocation(options: RemoteLocationOptions): LocationPort {
  return new RemoteLocation(options);
}

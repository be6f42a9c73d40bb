import { asBeelineError, type BeelineError, type Clock, type Logger } from '@beeline/core/base';
import {
  type AcquireRequest,
  formatWait,
  ingressHeaderNames,
  ingressHeaders,
  type Lease,
  type LeaseWait,
  type LocationPort,
} from '@beeline/core/contract';
import {
  type CallerRequest,
  type Exchange,
  HeaderSet,
  headerLine,
  leaseOutcomes,
  openExchange,
  type RelayObserver,
  type RelayOutcome,
  type UpstreamPool,
} from '@beeline/core/relay';
import { errorOfIngressOutcome } from './ingress-errors.ts';
import { refuseGateway } from './refuse-gateway.ts';
import { tellProgress } from './tell-progress.ts';

export interface IngressParts {
  readonly port: LocationPort;
  readonly pool: UpstreamPool;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Replicas that a request is offered to while none has it. */
const maxTries = 3;

/** What only gateway and ingress tell each other stays here; the execution's id is the model's to know. */
const droppedHeaders = new HeaderSet(ingressHeaderNames.filter((name) => name !== ingressHeaders.execution));
/** A model cannot speak in the platform's name. */
const hiddenHeaders = new HeaderSet([
  ...ingressHeaderNames,
  'x-beeline-source',
  'x-beeline-error-code',
  'x-blaxel-source',
  'x-blaxel-error-code',
]);

/** One request of a gateway: a slot, the relay, and another replica while none has had it. */
class IngressExchange implements AcquireRequest, RelayObserver {
  readonly revision: string;
  readonly executionId: string;
  readonly #caller: CallerRequest;
  readonly #parts: IngressParts;
  readonly #onEnded: () => void;
  readonly #abort = new AbortController();
  #exchange: Exchange | null = null;
  #lease: Lease | null = null;
  #waited: LeaseWait = { queueMs: 0, startMs: 0, loadMs: 0 };
  #tries = 0;
  #cutError: BeelineError | null = null;

  constructor(caller: CallerRequest, parts: IngressParts, onEnded: () => void) {
    this.#caller = caller;
    this.#parts = parts;
    this.#onEnded = onEnded;
    this.revision = caller.head.header(ingressHeaders.revision) ?? '';
    this.executionId = caller.head.header(ingressHeaders.execution) ?? '';
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  acquire(): void {
    this.#tries += 1;
    try {
      const lease = this.#parts.port.acquire(this);
      if ('then' in lease) this.#hold(lease);
      else this.#serve(lease);
    } catch (thrown) {
      this.#refuse(asBeelineError(thrown));
    }
  }

  cut(error: BeelineError): void {
    this.#cutError = error;
    this.#exchange?.cut();
  }

  onResponseHead(): string {
    return (
      headerLine(ingressHeaders.replica, this.#lease?.replica ?? '') +
      headerLine(ingressHeaders.wait, formatWait(this.#waited))
    );
  }

  onResponseBytes(bytes: Buffer): Buffer {
    return bytes;
  }

  onEnd(outcome: RelayOutcome): void {
    const lease = this.#lease;
    this.#lease = null;
    lease?.release(leaseOutcomes[outcome.ended]);
    if (outcome.ended === 'upstream-unreachable' && this.#tries < maxTries) {
      this.acquire();
      return;
    }
    const cut = outcome.ended === 'upstream-broken' ? this.#cutError : null;
    const error = cut ?? errorOfIngressOutcome(outcome);
    if (error !== null) this.#log(error, lease?.replica ?? null);
    if (error === null || outcome.headSent) this.#onEnded();
    else this.#refuse(error);
  }

  #hold(lease: Promise<Lease>): void {
    const caller = this.#caller;
    caller.watcher = { onGone: () => this.#abort.abort(new Error('the gateway went away')), onDrain() {} };
    const stopTelling = tellProgress(caller, this.#parts, this.revision);
    lease.then(
      (granted) => {
        stopTelling();
        caller.watcher = null;
        this.#serve(granted);
      },
      (thrown: unknown) => {
        stopTelling();
        caller.watcher = null;
        this.#refuse(asBeelineError(thrown));
      },
    );
  }

  #serve(lease: Lease): void {
    this.#lease = lease;
    const { wait } = lease;
    this.#waited = {
      queueMs: this.#waited.queueMs + wait.queueMs,
      startMs: this.#waited.startMs + wait.startMs,
      loadMs: this.#waited.loadMs + wait.loadMs,
    };
    this.#caller.proceed();
    this.#exchange ??= openExchange(this.#caller, { pool: this.#parts.pool, observer: this, hiddenHeaders });
    const { target } = this.#caller.head;
    this.#exchange.send(lease.target, { path: target, drop: droppedHeaders, add: '' });
  }

  #refuse(error: BeelineError): void {
    if (error.code === 'INTERNAL_ERROR' && !this.#caller.gone) this.#log(error, null);
    refuseGateway(this.#caller, error, this.#parts.clock.now());
    this.#onEnded();
  }

  #log(error: BeelineError, replica: string | null): void {
    const { executionId: execution, revision } = this;
    this.#parts.logger.warn(
      { execution, revision, replica, code: error.code, detail: error.detail },
      `a request failed: ${error.message}`,
    );
  }
}

/** Gets a gateway's request answered by a replica; `onEnded` is called exactly once. */
export function relayToReplica(caller: CallerRequest, parts: IngressParts, onEnded: () => void): void {
  new IngressExchange(caller, parts, onEnded).acquire();
}

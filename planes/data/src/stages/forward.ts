import { asBeelineError, BeelineError } from '@beeline/core/base';
import {
  type AcquireRequest,
  type ErrorOrigin,
  ingressHeaders,
  type KeyEntry,
  type Lease,
  type LeaseOutcome,
  type LocationPort,
  parseProgress,
  readIngressReport,
} from '@beeline/core/contract';
import {
  type CallerRequest,
  type Exchange,
  type OutgoingHead,
  openExchange,
  type RelayObserver,
  type RelayOutcome,
  type ResponseHead,
} from '@beeline/core/relay';
import type { GatewayParts, RunningForward } from '../gateway-parts.ts';
import type { InferenceRequest } from '../inference-request.ts';
import { refuseRequest } from '../refuse-request.ts';
import { TokenReader } from '../usage/token-reader.ts';
import { buildOutgoingHead } from './build-outgoing-head.ts';
import { type Choice, TriedChoices } from './choose.ts';
import { chooseAgain, chooseNext, mayBeTakenElsewhere, readDeclined } from './choose-again.ts';
import { type Ending, judgeEnd, judgeLease, leftUnanswered, refusedUnserved } from './judge-end.ts';
import { hiddenFromIngress, hiddenHeaders } from './kept-back-headers.ts';
import type { Answer } from './meter.ts';
import { ProgressStream } from './progress-stream.ts';
import { RequestTimes } from './request-times.ts';

/** Replicas that a request is offered to before the caller hears of it; only while nothing was delivered. */
const maxTries = 3;
/** Times that a request is routed anew because its location does not serve the revision. */
const maxReroutes = 3;

/** One request on its way: waits for a lease, relays, and tries another replica while nothing was delivered. */
class Forwarding implements AcquireRequest, RelayObserver, RunningForward {
  place = -1;
  revision: string;
  readonly executionId: string;
  readonly key: KeyEntry;
  /** The lines that name the request, on its way there and back. */
  private readonly names: string;
  private readonly request: InferenceRequest;
  private port: LocationPort;
  private readonly caller: CallerRequest;
  private readonly gateway: GatewayParts;
  private readonly onAnswered: (answer: Answer) => void;
  private readonly tokens = new TokenReader();
  private progress: ProgressStream | null = null;
  private abort: AbortController | null = null;
  private exchange: Exchange | null = null;
  private lease: Lease | null = null;
  private replica: string | null = null;
  private tries = 0;
  private reroutes = 0;
  /** Made when the first location does not take the request: most do. */
  private tried: TriedChoices | null = null;
  /** Why a location did not take the request: code of its error. */
  private declinedAs: string | null = null;
  /** Why the gateway takes the request no further. */
  private givenUp: BeelineError | null = null;
  private cutError: BeelineError | null = null;
  private readonly times = new RequestTimes();
  private firstByteMs: number | null = null;
  /** Code of the error that a remote location answered with. */
  private locationError: string | null = null;

  constructor(
    request: InferenceRequest,
    choice: Choice,
    caller: CallerRequest,
    gateway: GatewayParts,
    onAnswered: (answer: Answer) => void,
  ) {
    this.request = request;
    this.port = choice.port;
    this.caller = caller;
    this.gateway = gateway;
    this.onAnswered = onAnswered;
    this.revision = choice.revision;
    this.executionId = request.arrival.executionId;
    this.key = request.key;
    this.names = `x-request-id: ${request.arrival.requestId}\r\nx-beeline-execution: ${this.executionId}\r\n`;
  }

  /** Made when a location asks for it: a warm replica needs none. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    return this.abort.signal;
  }

  acquire(): void {
    this.tries += 1;
    this.times.asked(this.gateway.clock.monotonicMs());
    try {
      const lease = this.port.acquire(this);
      if ('then' in lease) this.hold(lease);
      else this.serve(lease);
    } catch (thrown) {
      this.refuseUnserved(thrown);
    }
  }

  giveUp(error: BeelineError, running: 'go on' | 'are cut'): void {
    this.givenUp ??= error;
    this.abort?.abort(error);
    if (running === 'are cut') this.exchange?.cut();
  }

  /** The location takes the slot back. */
  cut(error: BeelineError): void {
    this.cutError = error;
    this.exchange?.cut();
  }

  declined(head: ResponseHead): boolean {
    if (this.lease?.ingress === undefined) return false;
    this.declinedAs = readDeclined(head, () => this.nextPlace() !== null);
    return this.declinedAs !== null;
  }

  onResponseHead(head: ResponseHead): string {
    const nowMs = this.gateway.clock.monotonicMs();
    if (this.lease?.ingress !== undefined) this.readReport(head);
    this.firstByteMs = nowMs - this.request.arrival.arrivedMs;
    this.tokens.readHead(head);
    this.progress?.answer(head);
    if (this.gateway.load.leaving) this.caller.endConnection();
    return `${this.gateway.via.line(head.http10)}${this.names}server-timing: ${this.times.serverTiming(nowMs)}\r\n`;
  }

  onResponseBytes(bytes: Buffer): Buffer {
    this.tokens.readBytes(bytes);
    return this.progress === null ? bytes : this.progress.pass(bytes);
  }

  onInterim(head: ResponseHead): void {
    if (!this.request.wishesProgress || this.lease?.ingress === undefined) return;
    const progress = parseProgress(head.header(ingressHeaders.progress) ?? '');
    if (progress !== null) this.openProgress().tell(progress);
  }

  onEnd(outcome: RelayOutcome): void {
    const remote = this.lease?.ingress === undefined ? null : this.port.location;
    const unreachable = outcome.ended === 'upstream-unreachable';
    const { declinedAs, givenUp, cutError, locationError } = this;
    this.declinedAs = null;
    this.releaseLease(judgeLease(outcome, declinedAs, givenUp !== null));
    if (unreachable && declinedAs === 'REVISION_NOT_HERE' && this.reroute()) return;
    if (unreachable && givenUp === null) {
      if (remote !== null && this.moveOn()) return;
      if (this.tries < maxTries) {
        this.gateway.metrics.retried();
        this.acquire();
        return;
      }
    }
    const { config } = this.gateway;
    const verdict = judgeEnd({ outcome, givenUp, cutError, locationError, remote, config });
    if (verdict.error !== null) this.logFailure(verdict.error);
    if (verdict.error !== null && !outcome.headSent) this.refuse(verdict.error, verdict.component);
    this.answered(verdict.ending);
  }

  private hold(lease: Promise<Lease>): void {
    const { caller, port } = this;
    this.watchWhileHeld();
    if (this.request.wishesProgress && port.progress !== undefined) {
      this.openProgress().follow(() => port.progress?.(this.revision) ?? { phase: 'queued', startMs: null });
    }
    lease.then(
      (granted) => {
        caller.watcher = null;
        if (this.givenUp === null) this.serve(granted);
        else {
          granted.release('aborted');
          this.refuseUnserved(this.givenUp);
        }
      },
      (thrown: unknown) => {
        caller.watcher = null;
        this.refuseUnserved(thrown);
      },
    );
  }

  private watchWhileHeld(): void {
    const onGone = () => this.abort?.abort(new Error('the caller went away'));
    this.caller.watcher = { onGone, onDrain() {} };
  }

  /** The answer as an event stream that tells of the waiting; begun when there is something to tell. */
  private openProgress(): ProgressStream {
    this.progress ??= new ProgressStream(this.caller, this.request.arrival, this.gateway.clock);
    return this.progress;
  }

  /** The next location that has not had the request; null when there is none. */
  private nextPlace(): Choice | null {
    if (this.givenUp !== null || this.caller.gone || this.caller.body?.repeatable === false) return null;
    const next = chooseNext(this.request.path, this.markTried(), this.gateway);
    return next instanceof BeelineError ? null : next;
  }

  /** Offers the request to the next location; false when there is none. */
  private moveOn(): boolean {
    const next = this.nextPlace();
    if (next !== null) this.goTo(next);
    return next !== null;
  }

  private markTried(): TriedChoices {
    this.tried ??= new TriedChoices();
    this.tried.add(this.revision, this.port.location);
    return this.tried;
  }

  private goTo(choice: Choice): void {
    this.gateway.metrics.retried();
    this.tries = 0;
    this.revision = choice.revision;
    this.port = choice.port;
    this.acquire();
  }

  /** Has the request routed anew, while it may be; false when nothing comes of that. */
  private reroute(): boolean {
    if (this.givenUp !== null || this.caller.gone || this.reroutes >= maxReroutes) return false;
    this.reroutes += 1;
    this.times.asked(this.gateway.clock.monotonicMs());
    this.watchWhileHeld();
    const chosen = chooseAgain(this.request.path, this.markTried(), this.gateway, this.signal);
    void chosen.catch(asBeelineError).then((choice) => this.onRerouted(choice));
    return true;
  }

  private onRerouted(choice: Choice | BeelineError): void {
    this.caller.watcher = null;
    if (this.givenUp !== null) this.refuseUnserved(this.givenUp);
    else if (choice instanceof BeelineError) this.refuseUnserved(choice, 'gateway');
    else {
      this.times.queued(this.gateway.clock.monotonicMs());
      this.goTo(choice);
    }
  }

  /** What was held there was not run time. */
  private readReport(head: ResponseHead): void {
    const { replica, wait, errorCode } = readIngressReport((lower) => head.header(lower));
    this.replica = replica;
    this.locationError = errorCode;
    this.times.wasHeld(wait);
  }

  private serve(lease: Lease): void {
    this.lease = lease;
    this.progress?.pause();
    this.replica = lease.replica;
    this.times.runs(lease.wait, this.gateway.clock.monotonicMs());
    this.caller.proceed();
    const { maxRequestBody: maxBytes, trustForwarded } = this.gateway.config;
    this.exchange ??= openExchange(this.caller, {
      pool: this.gateway.pool,
      observer: this,
      hiddenHeaders: lease.ingress === undefined ? hiddenHeaders : hiddenFromIngress,
      maxRequestBytes: maxBytes > 0 ? maxBytes : Number.POSITIVE_INFINITY,
    });
    const wishes = { trustForwarded, progress: this.request.wishesProgress, via: this.gateway.via };
    let head: OutgoingHead;
    try {
      head = buildOutgoingHead(this.caller, this.request.path.upstreamPath, this.names, lease, wishes);
    } catch (thrown) {
      this.releaseLease('aborted');
      this.refuseUnserved(thrown);
      return;
    }
    this.exchange.send(lease.target, head);
  }

  private releaseLease(outcome: LeaseOutcome): void {
    const { lease } = this;
    this.lease = null;
    lease?.release(outcome);
  }

  /** No lease: the location said no, or the caller left while it waited. */
  private refuseUnserved(thrown: unknown, component: ErrorOrigin = 'location'): void {
    this.times.queued(this.gateway.clock.monotonicMs());
    if (thrown instanceof BeelineError && component === 'location') {
      if (thrown.code === 'REVISION_NOT_HERE' && this.reroute()) return;
      if (mayBeTakenElsewhere(thrown.code) && this.moveOn()) return;
    }
    if (this.caller.gone) {
      this.answered(leftUnanswered);
      return;
    }
    const error = asBeelineError(thrown);
    if (error.code === 'INTERNAL_ERROR') this.logFailure(error);
    const source = this.givenUp === null ? component : 'gateway';
    this.refuse(error, source);
    this.answered(refusedUnserved(error, source));
  }

  private refuse(error: BeelineError, component: ErrorOrigin): void {
    const { arrival } = this.request;
    const nowMs = this.gateway.clock.now();
    if (this.progress === null) refuseRequest(this.caller, error, component, arrival, nowMs);
    else this.progress.fail(error, { component, ...arrival, nowMs });
  }

  private answered(result: Ending): void {
    this.progress?.pause();
    this.onAnswered({
      ...result,
      revision: this.revision,
      location: this.port.location,
      replica: this.replica,
      ...this.times.spent(this.gateway.clock.monotonicMs()),
      firstByteMs: this.firstByteMs,
      tokens: this.tokens.result(),
    });
  }

  private logFailure({ code, detail, message }: BeelineError): void {
    const { executionId: execution, revision, replica, gateway } = this;
    gateway.logger.warn({ execution, revision, replica, code, detail }, `a request failed: ${message}`);
  }
}

/** Gets the request answered; `onAnswered` is called exactly once. */
export function forward(
  request: InferenceRequest,
  choice: Choice,
  caller: CallerRequest,
  gateway: GatewayParts,
  onAnswered: (answer: Answer, running: RunningForward) => void,
): RunningForward {
  const forwarding: Forwarding = new Forwarding(request, choice, caller, gateway, (answer) =>
    onAnswered(answer, forwarding),
  );
  gateway.running.add(forwarding);
  forwarding.acquire();
  return forwarding;
}

import { StringDecoder } from 'node:string_decoder';
import type { BeelineError, Clock } from '@beeline/core/base';
import { platformErrorBody, type WakeProgress } from '@beeline/core/contract';
import { type CallerRequest, dateLine, type ResponseHead } from '@beeline/core/relay';
import type { Arrival } from '../inference-request.ts';
import type { RefusalContext } from '../render-refusal.ts';

/** How often a caller that waits hears of it, in milliseconds, whether anything has changed or not. */
const everyMs = 1_000;

const event = (name: string, data: unknown) => `event: beeline.${name}\ndata: ${JSON.stringify(data)}\n\n`;
const eventStream = /^text\/event-stream\b/i;

/**
 * The answer to a caller that wants to be told how its replica wakes: an event stream, begun while the request is held.
 * A model's own event stream follows in it as it is; any other answer comes as events, `beeline.answer` with its
 * status and type and `beeline.body` with each piece of its body; a failure as `beeline.error`.
 */
export class ProgressStream {
  private readonly caller: CallerRequest;
  private readonly clock: Clock;
  private readonly since: number;
  private cancel: (() => void) | null = null;
  private wraps: StringDecoder | null = null;

  constructor(caller: CallerRequest, arrival: Arrival, clock: Clock) {
    this.caller = caller;
    this.clock = clock;
    this.since = arrival.arrivedMs;
    const names = `x-request-id: ${arrival.requestId}\r\nx-beeline-execution: ${arrival.executionId}\r\n`;
    const kind = 'content-type: text/event-stream\r\ncache-control: no-cache\r\n';
    caller.proceed(); // later it would stand within the answer
    caller.begin(200, 'OK', kind + names + dateLine(), -1);
    caller.flush();
  }

  /** Tells where the request stands, now and from time to time until `pause`. */
  follow(read: () => WakeProgress): void {
    this.pause();
    this.tell(read());
    this.cancel = this.clock.setTimer(everyMs, () => this.follow(read));
  }

  tell(progress: WakeProgress): void {
    const waitedMs = Math.round(this.clock.monotonicMs() - this.since);
    this.write(event('progress', { phase: progress.phase, waitedMs, startMs: progress.startMs }));
  }

  pause(): void {
    this.cancel?.();
    this.cancel = null;
  }

  /** The model's answer begins. */
  answer(head: ResponseHead): void {
    this.pause();
    const contentType = head.header('content-type') ?? null;
    if (head.status === 200 && eventStream.test(contentType ?? '')) return;
    this.wraps = new StringDecoder('utf8');
    this.write(event('answer', { status: head.status, contentType }));
  }

  /** A piece of the model's answer as it goes on. */
  pass(bytes: Buffer): Buffer {
    return this.wraps === null ? bytes : Buffer.from(event('body', this.wraps.write(bytes)));
  }

  /** The request failed: the last word. */
  fail(error: BeelineError, context: RefusalContext): void {
    this.pause();
    this.write(event('error', platformErrorBody(error, context).error));
    this.caller.end([]);
  }

  private write(text: string): void {
    if (!this.caller.gone) this.caller.write(Buffer.from(text));
  }
}

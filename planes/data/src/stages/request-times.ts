import type { LeaseWait } from '@beeline/core/contract';

const tenths = (value: number) => Math.round(value * 10) / 10;

/** Where the time of a request goes, in milliseconds; moments are monotonic. */
export class RequestTimes {
  queueMs = 0;
  startMs = 0;
  loadMs = 0;
  private askedAt = 0;
  private ranFrom = 0;

  /** A location is asked for a replica, or the routes for a location. */
  asked(nowMs: number): void {
    this.askedAt = nowMs;
  }

  /** All since the asking was the queue. */
  queued(nowMs: number): void {
    this.queueMs += nowMs - this.askedAt;
  }

  /** A replica has the request, after a wait. */
  runs(wait: LeaseWait, nowMs: number): void {
    this.add(wait);
    this.ranFrom = nowMs;
  }

  /** Of the time that it seemed to run, it was held at the location. */
  wasHeld(wait: LeaseWait): void {
    this.add(wait);
    this.ranFrom += wait.queueMs + wait.startMs + wait.loadMs;
  }

  /** From the replica having the request; 0 when none has had it. */
  runMs(nowMs: number): number {
    // The location rounds what it says, so that a short run may seem to be less than none.
    return this.ranFrom === 0 ? 0 : Math.max(0, nowMs - this.ranFrom);
  }

  /** All of it. */
  spent(nowMs: number) {
    const { queueMs, startMs, loadMs } = this;
    return { queueMs, startMs, loadMs, runMs: this.runMs(nowMs) };
  }

  /** The value of `Server-Timing`; `run` is the time until the head of the answer. */
  serverTiming(nowMs: number): string {
    const { queueMs, startMs, loadMs } = this;
    // Most requests waited for nothing.
    const waited =
      queueMs === 0 && startMs === 0 && loadMs === 0
        ? 'queue;dur=0, start;dur=0, load;dur=0'
        : `queue;dur=${tenths(queueMs)}, start;dur=${tenths(startMs)}, load;dur=${tenths(loadMs)}`;
    return `${waited}, run;dur=${tenths(this.runMs(nowMs))}`;
  }

  private add(wait: LeaseWait): void {
    this.queueMs += wait.queueMs;
    this.startMs += wait.startMs;
    this.loadMs += wait.loadMs;
  }
}

import type { LeaseWait } from '@beeline/core/contract';

/** When a replica came up, in monotonic milliseconds. */
export interface StartMarks {
  readonly requestedAt: number;
  readonly answeredAt: number | null;
  readonly readyAt: number | null;
}

export const noWait: LeaseWait = Object.freeze({ queueMs: 0, startMs: 0, loadMs: 0 });

function overlapMs(from: number, to: number, begin: number, end: number): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin));
}

/**
 * What a request waited for from `from` to `to`: the part in which its replica was fetched and started, the part in
 * which that loaded the model, and the rest, which it stood in the queue.
 */
export function splitWait(from: number, to: number, marks: StartMarks): LeaseWait {
  const readyAt = marks.readyAt ?? to;
  const answeredAt = Math.min(marks.answeredAt ?? readyAt, readyAt);
  const startMs = overlapMs(from, to, marks.requestedAt, answeredAt);
  const loadMs = overlapMs(from, to, answeredAt, readyAt);
  return { queueMs: Math.max(0, to - from - startMs - loadMs), startMs, loadMs };
}

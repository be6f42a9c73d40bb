import type { CallKind, CallResult } from './call-result.ts';

export interface LoadOptions {
  readonly perSecond: number;
  /** Every so many calls one is a stream. */
  readonly streamEvery: number;
  /** Calls are put off, to be made up for, while so many have no end yet: below what a deployment's queue holds. */
  readonly maxOpen: number;
  /** Numbers that are taken, one for each call. */
  nextNumber(): number;
  send(kind: CallKind, number: number): Promise<CallResult>;
}

export interface Load {
  readonly results: readonly CallResult[];
  /** Calls that have no end yet. */
  readonly open: number;
  /** Calls no more and waits for the ends of those that are open; gives the rate that was reached, per second. */
  stop(): Promise<number>;
}

const tickMs = 10;

/** Calls at a steady rate, however long answers take: a platform that stalls is called on, up to a bound. */
export function keepCalling(options: LoadOptions): Load {
  const results: CallResult[] = [];
  const began = performance.now();
  let sent = 0;
  let open = 0;
  let allEnded = () => {};

  async function call(): Promise<void> {
    const number = options.nextNumber();
    const kind: CallKind = sent % options.streamEvery === 0 ? 'stream' : 'unary';
    sent += 1;
    open += 1;
    results.push(await options.send(kind, number));
    open -= 1;
    if (open === 0) allEnded();
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * options.perSecond);
    while (sent < due && open < options.maxOpen) void call();
  }, tickMs);

  return {
    results,
    get open() {
      return open;
    },
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1_000;
      const ended = new Promise<void>((resolve) => {
        allEnded = resolve;
      });
      if (open > 0) await ended;
      return sent / seconds;
    },
  };
}

/** Runs pieces of work of a few milliseconds one after the other, with a turn of the event loop between them. */
export interface Turns {
  /** Resolves or rejects as the work does, when it is its turn. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Many readers whose pieces ran in the same turn would hold everybody else up as one large piece does, so all of them
 * share one queue.
 */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const mine = last.then(nextTurn).then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

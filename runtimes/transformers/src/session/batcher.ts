import { EngineError } from '../engine/engine-error.ts';
import type { Encoded, EncodeItem } from './messages.ts';

export interface BatcherOptions {
  readonly run: (items: readonly EncodeItem[]) => Promise<Array<Encoded | EngineError>>;
  /** Most items that run together. */
  readonly maxBatch: number;
  /** Most items that may wait. */
  readonly maxWaiting: number;
  readonly onBatch: (size: number) => void;
}

/** Lets items of different requests run together. */
export interface Batcher {
  /**
   * Results in the order of `items`; the first error of an item is thrown.
   * @throws EngineError QUEUE_FULL when too many items wait; the signal's reason when it fires first.
   */
  encode(items: readonly EncodeItem[], signal: AbortSignal): Promise<Encoded[]>;
  waiting(): number;
  running(): number;
}

interface Waiting {
  readonly item: EncodeItem;
  readonly signal: AbortSignal;
  readonly settle: (outcome: Encoded | EngineError) => void;
}

/** Runs at once when idle; while a batch runs, the next one forms. No timer ever delays a request. */
export function createBatcher({ run, maxBatch, maxWaiting, onBatch }: BatcherOptions): Batcher {
  let queue: Waiting[] = [];
  let running = 0;

  async function drainQueue(): Promise<void> {
    if (running > 0) return;
    queue = queue.filter(({ signal }) => !signal.aborted);
    const batch = queue.splice(0, maxBatch);
    if (batch.length === 0) return;
    running = batch.length;
    onBatch(batch.length);
    try {
      const outcomes = await run(batch.map(({ item }) => item));
      batch.forEach(({ settle }, index) => {
        settle(outcomes[index] ?? new EngineError('MODEL_ERROR', 'the model gave no result for this input'));
      });
    } catch (error) {
      const failure = error instanceof EngineError ? error : new EngineError('MODEL_ERROR', String(error));
      for (const { settle } of batch) settle(failure);
    } finally {
      running = 0;
    }
    void drainQueue();
  }

  return {
    encode(items, signal) {
      if (queue.length > 0 && queue.length + items.length > maxWaiting) {
        const message = `${queue.length} texts are waiting already; at most ${maxWaiting} may wait`;
        return Promise.reject(new EngineError('QUEUE_FULL', message, { retryAfterSeconds: 1 }));
      }
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const giveUp = (): void => reject(signal.reason);
        signal.addEventListener('abort', giveUp, { once: true });
        const results: Encoded[] = [];
        let left = items.length;
        items.forEach((item, index) => {
          const settle = (outcome: Encoded | EngineError): void => {
            if (outcome instanceof EngineError) reject(outcome);
            else results[index] = outcome;
            left--;
            if (left > 0) return;
            signal.removeEventListener('abort', giveUp);
            resolve(results);
          };
          queue.push({ item, signal, settle });
        });
        void drainQueue();
      });
    },
    waiting: () => queue.length,
    running: () => running,
  };
}

import { EngineError } from '../engine/engine-error.ts';
import type { Generated, GenerateOptions, Prompt } from './messages.ts';
import type { GenerationListener, Session } from './start-model-thread.ts';

/** Lets sequences take turns: the model continues one prompt at a time. */
export interface GenerationQueue {
  /**
   * Waits for its turn, then generates.
   * @throws EngineError QUEUE_FULL when too many wait; the signal's reason when it fires before or during the work.
   */
  generate(
    prompt: Prompt,
    options: GenerateOptions,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<Generated>;
  waiting(): number;
  running(): number;
}

/** First come, first served; at most `maxWaiting` wait behind the one that runs. */
export function createGenerationQueue(generate: Session['generate'], maxWaiting: number): GenerationQueue {
  const turns: Array<() => void> = [];
  let running = 0;

  function takeTurn(signal: AbortSignal): Promise<void> {
    if (running === 0) {
      running = 1;
      return Promise.resolve();
    }
    if (turns.length >= maxWaiting) {
      const message = `${turns.length} generations are waiting already; at most ${maxWaiting} may wait`;
      return Promise.reject(new EngineError('QUEUE_FULL', message, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        turns.splice(turns.indexOf(turn), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      turns.push(turn);
    });
  }

  function passTurn(): void {
    const next = turns.shift();
    if (next === undefined) running = 0;
    else next();
  }

  return {
    async generate(prompt, options, listener, signal) {
      signal.throwIfAborted();
      await takeTurn(signal);
      try {
        signal.throwIfAborted();
        const generated = await generate(prompt, options, listener, signal);
        signal.throwIfAborted();
        return generated;
      } finally {
        passTurn();
      }
    },
    waiting: () => turns.length,
    running: () => running,
  };
}

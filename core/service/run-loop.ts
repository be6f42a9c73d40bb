import { asBeelineError, backoffMs, type Clock, type Logger, sleep } from '../base/index.ts';

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two laps, unless woken. */
  readonly pauseMs: number;
  /** Pause after the n-th failure in a row grows to this. */
  readonly maxBackoffMs?: number;
  /** One lap. A rejection is logged and tried again later. */
  lap(signal: AbortSignal): Promise<void>;
}

export interface Loop {
  /** Begins the next lap now, or right after the one that runs. */
  wake(): void;
  /** Ends after the lap that runs; its signal is aborted. */
  close(): Promise<void>;
}

/** Runs laps one after the other until closed. A failing lap never ends the loop. */
export function startLoop(options: LoopOptions): Loop {
  const stop = new AbortController();
  let woken = false;
  let endPause: AbortController | undefined;

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      woken = false;
      try {
        await options.lap(stop.signal);
        failures = 0;
      } catch (thrown) {
        if (stop.signal.aborted) return;
        failures += 1;
        const error = asBeelineError(thrown);
        const level = failures === 1 || failures % 20 === 0 ? 'warn' : 'debug';
        options.logger[level](
          { loop: options.name, failures, code: error.code, detail: error.detail },
          `a lap of the ${options.name} loop failed: ${error.message}`,
        );
      }
      if (woken && failures === 0) continue;
      endPause = new AbortController();
      const pauseMs =
        failures === 0
          ? options.pauseMs
          : backoffMs(failures, { firstMs: 100, maxMs: options.maxBackoffMs ?? 5_000 });
      await sleep(options.clock, pauseMs, AbortSignal.any([stop.signal, endPause.signal]));
    }
  }

  const ended = run();
  return {
    wake() {
      woken = true;
      endPause?.abort();
    },
    async close() {
      stop.abort();
      await ended;
    },
  };
}

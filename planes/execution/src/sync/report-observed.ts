import type { Clock, Logger } from '@beeline/core/base';
import type { FeedClient, ObservedMessage } from '@beeline/core/contract';
import { startLoop } from '@beeline/core/service';

const intervalMs = 5_000;
const debounceMs = 20;

export interface ObservedReporter {
  /** Something changed: reported after a short pause, together with what else changes in it. */
  changed(): void;
  /** Reports a last time and ends. */
  close(): Promise<void>;
}

/** Tells control the whole state of the location, when it changes and every 5 s. */
export function startReportingObserved(options: {
  readonly feeds: FeedClient;
  readonly clock: Clock;
  readonly logger: Logger;
  build(): ObservedMessage;
}): ObservedReporter {
  const { clock, feeds, logger } = options;
  let cancelDebounce: (() => void) | null = null;
  const loop = startLoop({
    name: 'report observed',
    clock,
    logger,
    pauseMs: intervalMs,
    lap: () => feeds.reportObserved(options.build()),
  });
  return {
    changed() {
      cancelDebounce ??= clock.setTimer(debounceMs, () => {
        cancelDebounce = null;
        loop.wake();
      });
    },
    async close() {
      cancelDebounce?.();
      await loop.close();
      await feeds.reportObserved(options.build()).catch((error) => {
        logger.warn({ detail: String(error) }, 'control did not hear of the end of this location');
      });
    },
  };
}

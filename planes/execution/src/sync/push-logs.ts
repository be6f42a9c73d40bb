import type { Clock, Logger } from '@beeline/core/base';
import type { FeedClient, LogLineMessage } from '@beeline/core/contract';
import { startLoop } from '@beeline/core/service';

const intervalMs = 250;
const batchLines = 500;
const maxLines = 10_000;

export interface LogPusher {
  /** Takes a line; when control has been away for too long the oldest lines go. */
  add(line: LogLineMessage): void;
  close(): Promise<void>;
}

/** Sends log lines to control in batches, in order, and again when control did not take them. */
export function startPushingLogs(options: {
  readonly location: string;
  readonly feeds: FeedClient;
  readonly clock: Clock;
  readonly logger: Logger;
}): LogPusher {
  const { location, feeds, logger } = options;
  const lines: LogLineMessage[] = [];
  let lost = 0;

  async function pushOne(): Promise<void> {
    const batch = lines.slice(0, batchLines);
    const lostBefore = lost;
    await feeds.pushLogs({ location, lines: batch });
    lines.splice(0, Math.max(0, batch.length - (lost - lostBefore)));
  }

  const loop = startLoop({
    name: 'push logs',
    clock: options.clock,
    logger,
    pauseMs: intervalMs,
    async lap(signal) {
      while (lines.length > 0 && !signal.aborted) await pushOne();
    },
  });

  return {
    add(line) {
      lines.push(line);
      if (lines.length <= maxLines) return;
      lines.shift();
      lost += 1;
      if (lost % maxLines === 1) logger.warn({ lost }, 'log lines were lost: control does not take them');
    },
    async close() {
      await loop.close();
      try {
        while (lines.length > 0) await pushOne();
      } catch (error) {
        logger.warn(
          { lines: lines.length, detail: String(error) },
          'control did not take the last log lines',
        );
      }
    },
  };
}

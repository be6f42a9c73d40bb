import { asBeelineError, type Clock, type Logger } from '@beeline/core/base';
import type { FeedClient } from '@beeline/core/contract';
import { type Loop, startLoop } from '@beeline/core/service';
import type { UsageBuffer } from '../usage/open-usage-buffer.ts';

export interface PushExecutionsOptions {
  readonly feeds: FeedClient;
  readonly usage: UsageBuffer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

const deliver = ({ feeds, usage }: PushExecutionsOptions) =>
  usage.deliver((batch) => feeds.pushExecutions(batch.message));

/** Delivers execution records to control, at least once each; the batch's name makes a repetition harmless. */
export function runPushExecutionsLoop(options: PushExecutionsOptions): Loop {
  return startLoop({
    name: 'push-executions',
    clock: options.clock,
    logger: options.logger,
    pauseMs: options.intervalMs,
    lap: () => deliver(options),
  });
}

/** The last delivery of a gateway that stops; what control does not take is on disk afterwards. */
export async function pushLastExecutions(options: PushExecutionsOptions): Promise<void> {
  try {
    await deliver(options);
  } catch (thrown) {
    const { code, message } = asBeelineError(thrown);
    options.logger.info({ code }, `execution records wait on disk for the next start: ${message}`);
  }
}

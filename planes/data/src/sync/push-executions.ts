import type { Clock, Logger } from '@beeline/core/base';
import type { FeedClient } from '@beeline/core/contract';
import { type Loop, startLoop } from '@beeline/core/service';
import type { UsageBuffer } from '../usage/open-usage-buffer.ts';

/** Delivers execution records to control, at least once each; the batch's name makes a repetition harmless. */
export function runPushExecutionsLoop(options: {
  readonly gateway: string;
  readonly feeds: FeedClient;
  readonly usage: UsageBuffer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}): Loop {
  return startLoop({
    name: 'push-executions',
    clock: options.clock,
    logger: options.logger,
    pauseMs: options.intervalMs,
    lap: () =>
      options.usage.deliver((batch) => options.feeds.pushExecutions({ gateway: options.gateway, ...batch })),
  });
}

import type { Clock, Logger } from '@beeline/core/base';
import type { FeedClient } from '@beeline/core/contract';
import { type Loop, startLoop } from '@beeline/core/service';
import type { SavedTables } from '../tables/open-tables.ts';

/** How long one question to control stays open. */
const waitMs = 25_000;

/**
 * Keeps the tables as control has them. The first question asks for whatever there is, so that a control plane that
 * was set up anew, with lower versions, is followed as well.
 */
export function runPullRoutesLoop(options: {
  readonly feeds: FeedClient;
  readonly tables: Pick<SavedTables, 'replace'>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Loop {
  let version = 0;
  return startLoop({
    name: 'pull-routes',
    clock: options.clock,
    logger: options.logger,
    pauseMs: 0,
    async lap(signal) {
      const message = await options.feeds.pullRoutes(version, waitMs, signal);
      if (message === null || signal.aborted) return;
      version = message.version;
      await options.tables.replace(message);
      options.logger.debug({ version, routes: message.routes.length }, 'new routes are in place');
    },
  });
}

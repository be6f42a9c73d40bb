import type { Clock, Logger } from '@beeline/core/base';
import type { AssignmentsMessage, FeedClient } from '@beeline/core/contract';
import { type Loop, startLoop } from '@beeline/core/service';
import type { AssignmentFile } from './assignment-file.ts';

const waitMs = 30_000;

export interface PullAssignmentsOptions {
  /** Where the newest are kept. */
  readonly file: Pick<AssignmentFile, 'save'>;
  readonly feeds: FeedClient;
  /** Public key of this location, for secret values. */
  readonly sealFor: string;
  readonly clock: Clock;
  readonly logger: Logger;
  apply(message: AssignmentsMessage): void;
}

/**
 * Follows the assignments. It begins with the whole present picture, whatever was saved: control may have been
 * restored from a backup and count versions anew.
 */
export function startPullingAssignments(options: PullAssignmentsOptions): Loop {
  let version = 0;
  return startLoop({
    name: 'pull assignments',
    clock: options.clock,
    logger: options.logger,
    pauseMs: 0,
    async lap(signal) {
      const message = await options.feeds.pullAssignments(version, waitMs, signal, options.sealFor);
      if (message === null || signal.aborted) return;
      options.apply(message);
      version = message.version;
      await options.file.save(message);
    },
  });
}

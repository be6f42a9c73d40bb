import type { Logger } from '../base/index.ts';
import { closeOnSignal } from './close-on-signal.ts';
import { describeStartFailure } from './describe-start-failure.ts';

/** A process that serves until it is told to stop. */
export interface RunningProcess {
  /** Where it listens. */
  readonly url: string;
  /** Drains and closes everything. */
  close(): Promise<void>;
}

/**
 * Starts a process and, on SIGTERM or SIGINT, closes it and exits with 0; a second signal ends it at once. A start that
 * fails prints one line and exits with 1.
 */
export async function runProcess(
  open: () => { readonly logger: Logger; readonly start: () => Promise<RunningProcess> },
): Promise<void> {
  try {
    const { logger, start } = open();
    const running = await start();
    logger.info({ url: running.url }, `listens on ${running.url}`);
    closeOnSignal({
      logger,
      onSignal: (signal) => logger.info({ signal }, 'stopping'),
      close: () => running.close(),
    });
  } catch (thrown) {
    console.error(describeStartFailure(thrown));
    process.exit(1);
  }
}

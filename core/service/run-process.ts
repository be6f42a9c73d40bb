import { asBeelineError, type Logger } from '../base/index.ts';

/** A process that serves until it is told to stop. */
export interface RunningProcess {
  /** Where it listens. */
  readonly url: string;
  /** Drains and closes everything. */
  close(): Promise<void>;
}

/**
 * Starts a process and, on SIGTERM or SIGINT, closes it and exits with 0; a second signal exits at once with 1. A
 * start that fails prints one line and exits with 1.
 */
export async function runProcess(
  open: () => { readonly logger: Logger; readonly start: () => Promise<RunningProcess> },
): Promise<void> {
  try {
    const { logger, start } = open();
    const running = await start();
    logger.info({ url: running.url }, `listens on ${running.url}`);
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
      if (stopping) process.exit(1);
      stopping = true;
      logger.info({ signal }, 'stopping');
      running.close().then(
        () => process.exit(0),
        (thrown: unknown) => {
          logger.error({ detail: asBeelineError(thrown).detail ?? String(thrown) }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (thrown) {
    const error = asBeelineError(thrown);
    process.stderr.write(`${error.code === 'INTERNAL_ERROR' ? error.detail : error.message}\n`);
    process.exit(1);
  }
}

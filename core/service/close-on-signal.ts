import { asBeelineError, type Logger } from '../base/index.ts';

export interface CloseOnSignalOptions {
  readonly logger: Logger;
  /** The first signal came: told before anything is closed. */
  onSignal(signal: NodeJS.Signals): void;
  /** Drains and closes everything. */
  close(): Promise<void>;
}

const signals = ['SIGTERM', 'SIGINT'] as const;

/**
 * On the first SIGTERM or SIGINT closes everything and exits: with 0, or with 1 when closing failed. From then on nobody
 * listens, so that the kernel itself ends the process at the second signal. No code of the process has to run for that:
 * it works in a busy loop, and while a thread hangs in a call of the file system, for which `process.exit` waits.
 */
export function closeOnSignal({ logger, onSignal, close }: CloseOnSignalOptions): void {
  const stop = (signal: NodeJS.Signals) => {
    for (const each of signals) process.removeAllListeners(each);
    onSignal(signal);
    close().then(
      () => process.exit(0),
      (thrown: unknown) => {
        logger.error({ detail: asBeelineError(thrown).detail ?? String(thrown) }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const each of signals) process.on(each, stop);
}

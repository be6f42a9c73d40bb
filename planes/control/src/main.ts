import { asBeelineError, escapeControls } from '@beeline/core/base';
import { closeOnSignal, createLogger } from '@beeline/core/service';
import { compileControlConfig } from './config.ts';
import { runControl } from './run-control.ts';

async function main(): Promise<void> {
  const config = compileControlConfig({ env: process.env, argv: process.argv.slice(2) });
  const logger = createLogger({ process: 'control', level: config.logLevel });
  const running = await runControl(config, logger);
  logger.info({ url: running.url }, `control listens on ${running.url}`);
  if (running.firstKey !== null) {
    console.log(`Admin API key of the workspace default, shown only now:\n  ${running.firstKey.reveal()}`);
  }
  closeOnSignal({
    logger,
    onSignal: (signal) => logger.info({ signal }, 'control is stopping'),
    close: () => running.close(),
  });
}

main().catch((thrown: unknown) => {
  const error = asBeelineError(thrown);
  process.stderr.write(
    `${escapeControls(error.code === 'INTERNAL_ERROR' ? (error.detail ?? '') : error.message)}\n`,
  );
  process.exitCode = 1;
});

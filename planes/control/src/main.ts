import { createLogger, runProcess } from '@beeline/core/service';
import { compileControlConfig } from './config.ts';
import { runControl } from './run-control.ts';

await runProcess(() => {
  const config = compileControlConfig({ env: process.env, argv: process.argv.slice(2) });
  const logger = createLogger({ process: 'control', level: config.logLevel });
  return {
    logger,
    async start() {
      const running = await runControl(config, logger);
      if (running.firstKey !== null) {
        console.log(
          `Admin API key of the workspace default, shown only now:\n  ${running.firstKey.reveal()}`,
        );
      }
      return running;
    },
  };
});

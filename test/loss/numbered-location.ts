import { compileConfig, createLogger, runProcess } from '@beeline/core/service';
import { locationProcessSettings, runLocation } from '@beeline/execution';
import { numberedRuntime } from './numbered-runtime.ts';

/** The program of a location, with the numbered model server in place of the real engine. */
await runProcess(() => {
  const config = compileConfig(locationProcessSettings, { env: process.env, argv: process.argv.slice(2) });
  const logger = createLogger({ process: 'location', level: config.logLevel });
  return {
    logger,
    start: () => runLocation(config, logger, { runtimes: { transformers: numberedRuntime } }),
  };
});

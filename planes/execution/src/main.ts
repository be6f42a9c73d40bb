import { compileConfig, createLogger, runProcess } from '@beeline/core/service';
import { locationProcessSettings } from './config.ts';
import { runLocation } from './run-location.ts';

await runProcess(() => {
  const config = compileConfig(locationProcessSettings, { env: process.env, argv: process.argv.slice(2) });
  const logger = createLogger({ process: 'location', level: config.logLevel });
  return { logger, start: () => runLocation(config, logger) };
});

import { compileConfig, createLogger, runProcess } from '@beeline/core/service';
import { collectLessOften } from './collect-less-often.ts';
import { gatewayProcessSettings } from './config.ts';
import { runGateway } from './run-gateway.ts';

collectLessOften();
await runProcess(() => {
  const config = compileConfig(gatewayProcessSettings, { env: process.env, argv: process.argv.slice(2) });
  const logger = createLogger({ process: 'gateway', level: config.logLevel });
  return { logger, start: () => runGateway(config, logger) };
});

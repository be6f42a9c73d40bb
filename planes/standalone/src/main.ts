import { readFileSync } from 'node:fs';
import { asBeelineError, BeelineError, systemClock } from '@beeline/core/base';
import { closeOnSignal, compileConfig, createLogger } from '@beeline/core/service';
import { parse } from 'yaml';
import { standaloneSettings } from './config.ts';
import { renderSettingsHelp } from './render-settings-help.ts';
import { type Platform, startPlatform } from './start-platform.ts';

/** Flat settings from the file that BL_CONFIG_FILE names. */
function readConfigFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  try {
    return (parse(readFileSync(path, 'utf8')) as Record<string, unknown> | null) ?? {};
  } catch (cause) {
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: `cannot read the configuration file ${path}: ${(cause as Error).message}; correct BL_CONFIG_FILE`,
      cause,
    });
  }
}

function announce(platform: Platform): void {
  console.log(
    `Beeline is ready: API ${platform.apiUrl}, inference ${platform.runUrl}/${platform.workspace}/models/{model}`,
  );
  if (platform.newApiKey !== null) {
    console.log(
      `Admin API key, shown only now and stored in ${platform.configPath}:\n  ${platform.newApiKey.reveal()}`,
    );
  }
  console.log('Ctrl-C drains and stops.');
}

async function run(): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    console.log(renderSettingsHelp(standaloneSettings));
    return;
  }
  const config = compileConfig(standaloneSettings, {
    env: process.env,
    file: readConfigFile(process.env.BL_CONFIG_FILE),
    argv,
  });
  const logger = createLogger({ process: 'standalone', level: config.logLevel });
  const platform = await startPlatform(config, systemClock, logger);
  announce(platform);

  closeOnSignal({
    logger,
    onSignal: (signal) => console.log(`${signal}: draining; once more stops at once.`),
    close: () => platform.close(),
  });
}

run().catch((thrown: unknown) => {
  const error = asBeelineError(thrown);
  console.error(`error: ${error.code === 'INTERNAL_ERROR' ? error.detail : error.message}`);
  process.exit(1);
});

import { BeelineError, systemClock } from '@beeline/core/base';
import { parseUserYaml, readUserText, valuesOf, yamlLimits } from '@beeline/core/contract';
import { closeOnSignal, compileConfig, createLogger, describeStartFailure } from '@beeline/core/service';
import { standaloneSettings } from './config.ts';
import { renderSettingsHelp } from './render-settings-help.ts';
import { type Platform, startPlatform } from './start-platform.ts';

/** Flat settings from the file that BL_CONFIG_FILE names. */
async function readConfigFile(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined || path === '') return {};
  const refuse = (reason: string): never => {
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: `the configuration file ${path} ${reason}; correct it, or BL_CONFIG_FILE`,
    });
  };
  const file = await readUserText(path, { maxBytes: yamlLimits.bytes });
  if (!file.ok) return refuse(file.reason);
  const parsed = parseUserYaml(file.content);
  if (!parsed.ok) return refuse(parsed.message);
  const [document, ...more] = parsed.documents;
  if (more.length > 0) return refuse('must have one document');
  const values = document === undefined ? null : valuesOf(document);
  if (values === null) return {};
  if (typeof values !== 'object' || Array.isArray(values)) return refuse('must be a mapping of settings');
  return values as Record<string, unknown>;
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
    file: await readConfigFile(process.env.BL_CONFIG_FILE),
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
  console.error(`error: ${describeStartFailure(thrown)}`);
  process.exit(1);
});

import type { Secret } from '@beeline/core/base';
import {
  type Config,
  type ConfigSources,
  compileConfig,
  logLevels,
  requireInternalToken,
  settings,
} from '@beeline/core/service';

/** The keys that secret values are sealed with. */
export const secretKeySettings = {
  secretsKey: settings.secret({
    description:
      'Keys that secret values are sealed with: 32 bytes in base64, by commas, the current one first. When neither this nor secretsKeyFile is set, the file secrets.key in dataDir, made on the first start',
    default: null,
    example: 'the output of: openssl rand -base64 32',
  }),
  secretsKeyFile: settings.path({
    description: 'File with those keys, one on each line, in place of secretsKey',
    default: null,
    example: '/run/secrets/beeline.key',
  }),
} as const;

/** What an embedded database needs to be told. */
export const embeddedDatabaseSettings = {
  beginAnew: settings.flag({
    description:
      'When the embedded database is missing or damaged, move what is left of it aside and begin with an empty platform; without this, such a start is refused',
    default: 'false',
  }),
} as const;

export const controlSettings = {
  databaseUrl: settings.secret({
    description: 'PostgreSQL database; the embedded one in dataDir when absent',
    default: null,
    example: 'postgres://beeline:password@127.0.0.1:5432/beeline',
  }),
  dataDir: settings.text({
    description: 'Directory of the embedded database',
    default: '.beeline/control',
  }),
  ...embeddedDatabaseSettings,
  ...secretKeySettings,
  host: settings.text({ description: 'Address to listen on', default: '127.0.0.1' }),
  port: settings.integer({
    description: 'Port to listen on; 0 takes a free one',
    default: '8788',
    min: 0,
    max: 65_535,
  }),
  publicUrl: settings.text({
    description: 'Where callers send inference requests, without a path',
    default: 'http://127.0.0.1:8787',
  }),
  originRoots: settings.paths({
    description:
      'The originRoots of locations, so that a model from elsewhere is refused when it is applied; absent, a location refuses it when it reads it',
    default: null,
    example: '/srv/models,/mnt/models',
  }),
  internalToken: settings.secret({
    description: 'Shared with gateways and locations; at least 16 characters',
    default: null,
    example: 'the output of: openssl rand -hex 32',
  }),
  metricsToken: settings.secret({
    description: 'Token that GET /metrics takes; without one nobody may read metrics',
    default: null,
    example: 'the output of: openssl rand -hex 32',
  }),
  logLevel: settings.choice({ description: 'How much to log', default: 'info', choices: logLevels }),
} as const;

export type ControlConfig = Config<typeof controlSettings> & { readonly internalToken: Secret };

/**
 * The configuration of a control plane that runs alone.
 * @throws BeelineError INVALID_CONFIGURATION naming every bad setting.
 */
export function compileControlConfig(sources: ConfigSources): ControlConfig {
  const config = compileConfig(controlSettings, sources);
  return { ...config, internalToken: requireInternalToken(config.internalToken) };
}

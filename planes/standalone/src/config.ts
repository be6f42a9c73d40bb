import { embeddedDatabaseSettings, secretKeySettings } from '@beeline/control';
import { clientConfigName } from '@beeline/core/contract';
import { type Config, logLevels, settings } from '@beeline/core/service';
import { gatewaySettings } from '@beeline/data';
import { locationSettings } from '@beeline/execution';

/** Every setting of the embedded platform: flags, `BL_…` variables and the keys of a configuration file. */
export const standaloneSettings = {
  host: settings.text({ description: 'Address to listen on', default: '127.0.0.1' }),
  port: settings.integer({
    description: 'Port for everything: API, inference; 0 takes a free one',
    default: '8787',
    min: 0,
    max: 65_535,
  }),
  publicUrl: settings.text({
    description: 'Address that callers use, when it differs from host and port',
    default: null,
    example: 'https://models.example.org',
  }),
  dataDir: settings.path({
    description: 'Directory for everything that is kept',
    default: '~/.beeline/data',
  }),
  databaseUrl: settings.secret({
    description: 'PostgreSQL to use instead of the embedded database',
    default: null,
    example: 'postgres://beeline@localhost/beeline',
  }),
  ...embeddedDatabaseSettings,
  ...secretKeySettings,
  config: settings.path({
    description: 'File in which the key for the command line is stored',
    default: `~/${clientConfigName}`,
  }),
  location: settings.text({ description: 'Name of the location on this machine', default: 'local' }),
  metricsToken: settings.secret({
    description:
      'Token that GET /metrics takes. Without one, direct callers on this machine may read metrics, unless publicUrl is set',
    default: null,
    example: 'the output of: openssl rand -hex 32',
  }),
  logLevel: settings.choice({
    description: 'Least severe line that is logged',
    default: 'info',
    choices: logLevels,
  }),
  ...gatewaySettings,
  ...locationSettings,
} as const;

export type StandaloneConfig = Config<typeof standaloneSettings>;

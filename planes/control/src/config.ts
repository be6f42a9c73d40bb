import type { Secret } from '@beeline/core/base';
import {
  type Config,
  type ConfigSources,
  compileConfig,
  logLevels,
  requireInternalToken,
  settings,
} from '@beeline/core/service';

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

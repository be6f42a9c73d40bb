import { join, resolve } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { clientConfigName, loadClientConfig } from '@beeline/core/contract';
import { type Client, createClient } from '@beeline/sdk';
import { type CliIo, writeLine } from '../cli-io.ts';
import type { TimeStyle } from '../output/format-time.ts';
import { paint, show } from '../terminal/show.ts';
import type { GlobalOptions } from './global-options.ts';
import { resolveSettings, type Settings } from './resolve-settings.ts';

/** What a command works with: the outside, its flags and a client for the workspace. */
export interface Session {
  readonly io: CliIo;
  readonly options: GlobalOptions;
  readonly settings: Settings;
  readonly client: Client;
}

/** Path of the configuration file. */
export const configPathOf = (io: CliIo): string =>
  io.env.BL_CONFIG === undefined || io.env.BL_CONFIG === ''
    ? join(io.homeDir, clientConfigName)
    : resolve(io.cwd, io.env.BL_CONFIG);

/**
 * Finds out where to go and as whom; sends nothing.
 * @throws BeelineError what loadClientConfig and resolveSettings throw.
 */
export async function openSession(io: CliIo, options: GlobalOptions): Promise<Session> {
  const configPath = configPathOf(io);
  const { config, readableByOthers } = await loadClientConfig(configPath);
  if (readableByOthers) {
    const label = paint(io.stderr, io.env, 'yellow', 'warning:');
    const advice = `others can read ${configPath}, which holds API keys; run \`chmod 600 ${configPath}\``;
    await writeLine(io.stderr, show`${label} ${advice}`);
  }
  const settings = resolveSettings({ flags: options, env: io.env, config, configPath });
  return { io, options, settings, client: createClient({ ...settings, clock: io.clock }) };
}

/** How this session shows times. */
export const timeStyleOf = ({ io, options }: Session): TimeStyle => ({
  utc: options.utc,
  nowMs: io.clock.now(),
});

/** Says where the API key came from when the platform did not take it. */
export function explainCredentials(error: BeelineError, settings: Settings): BeelineError {
  if (error.kind !== 'unauthenticated') return error;
  return new BeelineError(error.code, {
    message: `${error.message}; the key came from ${settings.apiKeySource} and went to ${settings.apiUrl}`,
    cause: error,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  });
}

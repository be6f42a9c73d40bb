import { BeelineError, Secret } from '@beeline/core/base';
import type { ClientConfig, WorkspaceEntry } from '@beeline/core/contract';

/** Where to go and as whom, after flags, variables and the file were weighed. */
export interface Settings {
  readonly apiUrl: string;
  readonly runUrl: string;
  readonly apiKey: Secret;
  /** Where the key came from, for errors about it. */
  readonly apiKeySource: string;
  readonly workspace: string;
  /** Null when nobody named one. */
  readonly environment: string | null;
}

export interface SettingsSources {
  readonly flags: { readonly workspace?: string; readonly env?: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: ClientConfig;
  readonly configPath: string;
}

const defaultApiUrl = 'http://127.0.0.1:8787/v0';

/** The first candidate with a value, and its name. */
function first(candidates: readonly (readonly [string, string | undefined])[]): readonly [string, string] {
  for (const [source, value] of candidates) if (value !== undefined && value !== '') return [source, value];
  return ['', ''];
}

function checkUrl(source: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const refuse = (rule: string): never => {
    throw new BeelineError('INVALID_CONFIGURATION', { message: `${source} ${rule}` });
  };
  // What was received is not repeated where it holds a password, and no other part of bl gets to see it.
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    return refuse('must have no user name and no password in it; the key goes into BL_API_KEY');
  }
  const isAddress = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== undefined && isAddress && url.search === '' && url.hash === '') return value;
  return refuse(`must be an address such as ${defaultApiUrl} (received ${JSON.stringify(value)})`);
}

function chooseWorkspace({ flags, env, config }: SettingsSources): string {
  const [, name] = first([
    ['--workspace', flags.workspace],
    ['BL_WORKSPACE', env.BL_WORKSPACE],
    ['context.workspace', config.context.workspace],
    ['the only workspace', config.workspaces.length === 1 ? config.workspaces[0]?.name : undefined],
    ['default', 'default'],
  ]);
  return name;
}

function chooseKey(
  workspace: string,
  entry: WorkspaceEntry | undefined,
  sources: SettingsSources,
): readonly [string, Secret] {
  const given = sources.env.BL_API_KEY ?? '';
  if (given !== '') return ['BL_API_KEY', new Secret(given)];
  if (entry?.apiKey !== undefined) return [sources.configPath, entry.apiKey];
  const others = sources.config.workspaces
    .filter(({ apiKey }) => apiKey !== undefined)
    .map(({ name }) => name);
  const known = others.length === 0 ? '' : ` (it has one for ${others.join(', ')})`;
  throw new BeelineError('AUTHENTICATION_REQUIRED', {
    message: `there is no API key for the workspace "${workspace}" in ${sources.configPath}${known}; set BL_API_KEY, or start a platform on this machine with \`bl up\`, which writes one`,
  });
}

/**
 * Weighs flags, then variables, then the configuration file, then what a platform on this machine uses.
 * @throws BeelineError AUTHENTICATION_REQUIRED without an API key, INVALID_CONFIGURATION for an address that is none.
 */
export function resolveSettings(sources: SettingsSources): Settings {
  const { env, config, configPath } = sources;
  const workspace = chooseWorkspace(sources);
  const entry = config.workspaces.find(({ name }) => name === workspace);
  const apiUrl = checkUrl(
    ...first([
      ['BL_API_URL', env.BL_API_URL],
      [`apiUrl of ${workspace} in ${configPath}`, entry?.apiUrl],
      ['default', defaultApiUrl],
    ]),
  );
  // An API elsewhere has its inference endpoint elsewhere too: the file's does not belong to it.
  const elsewhere = (env.BL_API_URL ?? '') !== '';
  const runUrl = checkUrl(
    ...first([
      ['BL_RUN_URL', env.BL_RUN_URL],
      [`runUrl of ${workspace} in ${configPath}`, elsewhere ? undefined : entry?.runUrl],
      ['default', new URL(apiUrl).origin],
    ]),
  );
  const [apiKeySource, apiKey] = chooseKey(workspace, entry, sources);
  const environment = sources.flags.env ?? config.context.environment ?? null;
  return { apiUrl, runUrl, apiKey, apiKeySource, workspace, environment };
}

import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BeelineError } from '../base/index.ts';
import {
  type ClientConfig,
  formatClientConfig,
  parseClientConfig,
  type WorkspaceCredentials,
} from './client-config.ts';
import { makeDirectory } from './make-directory.ts';
import { readUserText } from './user-files/read-user-file.ts';
import { yamlLimits } from './user-files/yaml-limits.ts';

/** The file under a home directory when nobody names another. */
export const clientConfigName = '.beeline/config.yaml';

export interface LoadedClientConfig {
  readonly config: ClientConfig;
  /** The file exists and its mode lets other accounts read it. */
  readonly readableByOthers: boolean;
}

function unusable(path: string, doing: string, error: unknown): BeelineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BeelineError('INVALID_CONFIGURATION', {
    message: `cannot ${doing} the client configuration ${path}: ${reason}; set BL_CONFIG to another path`,
    cause: error,
  });
}

async function readText(path: string): Promise<string> {
  const file = await readUserText(path, { maxBytes: yamlLimits.bytes });
  if (file.ok) return file.content;
  if (file.missing) return '';
  throw new BeelineError('INVALID_CONFIGURATION', {
    message: `the client configuration ${path} ${file.reason}; correct it, or set BL_CONFIG to another path`,
    ...(file.cause === undefined ? {} : { cause: file.cause }),
  });
}

/**
 * Reads the file; a missing one is an empty configuration.
 * @throws BeelineError INVALID_CONFIGURATION when it cannot be read or is wrong.
 */
export async function loadClientConfig(path: string): Promise<LoadedClientConfig> {
  const text = await readText(path);
  const mode = await stat(path).then(
    (found) => (found.isFile() ? found.mode : 0),
    () => 0,
  );
  return {
    config: parseClientConfig(text, path),
    readableByOthers: process.platform !== 'win32' && (mode & 0o077) !== 0,
  };
}

/**
 * Puts the credentials of one workspace into the file and leaves the rest of it. The file appears whole or not at
 * all, and only its owner can read it.
 * @throws BeelineError INVALID_CONFIGURATION when the file as it is cannot be read, or not be written.
 */
export async function saveCredentials(path: string, credentials: WorkspaceCredentials): Promise<void> {
  const text = formatClientConfig(await readText(path), path, credentials);
  const draft = `${path}.new`;
  const refused = makeDirectory(dirname(path));
  if (refused !== null) throw unusable(path, 'write', new Error(`${refused.path}: ${refused.code}`));
  try {
    // Of a process that was killed while it wrote: it may hold a key.
    await rm(draft, { recursive: true, force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await chmod(draft, 0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch((left: unknown) => {
      throw unusable(draft, 'remove', left);
    });
    throw unusable(path, 'write', error);
  }
}

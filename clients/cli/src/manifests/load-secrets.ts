import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { BeelineError } from '@beeline/core/base';
import type { CliIo } from '../cli-io.ts';

type Values = Readonly<Record<string, string | undefined>>;

async function readValues(path: string, label: string, required: boolean): Promise<Values> {
  try {
    return parseEnv(await readFile(path, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!required && code === 'ENOENT') return {};
    throw new BeelineError('USAGE_ERROR', {
      message: `the file of secrets ${label} cannot be read (${String(code ?? error)}); check the path`,
      cause: error,
    });
  }
}

/**
 * Finds secrets by name: in the files that were given (a later one wins), then in the environment, then in `.env`.
 * @throws BeelineError USAGE_ERROR for a file that cannot be read.
 */
export async function loadSecrets(
  io: CliIo,
  files: readonly string[],
): Promise<(name: string) => string | undefined> {
  const sources: Values[] = [io.env, await readValues(join(io.cwd, '.env'), '.env', false)];
  for (const file of files) sources.unshift(await readValues(resolve(io.cwd, file), file, true));
  return (name) => sources.find((values) => values[name] !== undefined)?.[name];
}

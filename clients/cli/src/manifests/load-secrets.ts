import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { BeelineError } from '@beeline/core/base';
import { readUserText, yamlLimits } from '@beeline/core/contract';
import type { CliIo } from '../cli-io.ts';
import { findRepeatedName } from './find-repeated-name.ts';

type Values = Readonly<Record<string, string | undefined>>;

async function readValues(io: CliIo, file: string, required: boolean): Promise<Values> {
  const read = await readUserText(resolve(io.cwd, file), { maxBytes: yamlLimits.bytes, signal: io.signal });
  if (read.ok) {
    const repeated = findRepeatedName(read.content);
    if (repeated === undefined) return parseEnv(read.content);
    throw new BeelineError('USAGE_ERROR', {
      message: `the file of secrets ${file} has ${repeated} twice; keep one of the two`,
    });
  }
  if (!required && read.missing) return {};
  throw new BeelineError('USAGE_ERROR', {
    message: `the file of secrets ${file} ${read.reason}`,
    ...(read.cause === undefined ? {} : { cause: read.cause }),
  });
}

/**
 * Finds secrets by name: in the files that were given (a later one wins), then in the environment, then in `.env`.
 * @throws BeelineError USAGE_ERROR for a file that cannot be read, or has a name twice.
 */
export async function loadSecrets(
  io: CliIo,
  files: readonly string[],
): Promise<(name: string) => string | undefined> {
  const sources: Values[] = [io.env, await readValues(io, '.env', false)];
  for (const file of files) sources.unshift(await readValues(io, file, true));
  return (name) => sources.find((values) => values[name] !== undefined)?.[name];
}

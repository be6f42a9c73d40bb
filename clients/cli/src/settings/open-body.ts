import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { BeelineError } from '@beeline/core/base';
import { readUserFile, textOf } from '@beeline/core/contract';
import type { CliIo } from '../cli-io.ts';
import { readInput } from './read-input.ts';

/** Where the body of a request comes from. */
export interface BodyFlags {
  readonly data?: string;
  readonly file?: string;
}

type Body = string | Uint8Array | ReadableStream<Uint8Array> | undefined;

/** Of a body that is held in memory: JSON, and what comes from a pipe. */
const maxHeldBytes = 256 * 1024 ** 2;

function refuse(name: string, reason: string, cause?: unknown): never {
  throw new BeelineError('USAGE_ERROR', { message: `${name} ${reason}`, cause });
}

/** Headers that were given, by their names in lower case. */
type HeaderFlags = Readonly<Record<string, readonly string[]>>;

/** A request says what its body is; without that it is JSON. */
function isJson(headers: HeaderFlags): boolean {
  const type = headers['content-type']?.[0];
  return type === undefined || /^application\/([\w.+-]+\+)?json\b/i.test(type);
}

function checkText(name: string, bytes: Uint8Array, json: boolean): Uint8Array {
  const text = json ? textOf(bytes) : null;
  return text === null || text.ok ? bytes : refuse(name, text.reason);
}

const isRegularFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false, // reading it says why
  );

/**
 * The body of a request: JSON is read whole and has to be UTF-8; other files are sent while they are read.
 * @throws BeelineError USAGE_ERROR for a file that cannot be read, and one that should be JSON and is no text.
 */
export async function openBody(io: CliIo, flags: BodyFlags, headers: HeaderFlags): Promise<Body> {
  if (flags.data !== undefined && flags.file !== undefined) {
    throw new BeelineError('USAGE_ERROR', { message: 'give either --data or --file, not both' });
  }
  if (flags.file === undefined) return flags.data;
  const json = isJson(headers);
  if (flags.file === '-') return checkText('standard input', await readInput(io, maxHeldBytes), json);
  const path = resolve(io.cwd, flags.file);
  const name = `--file ${flags.file}`;
  if (!json && (await isRegularFile(path))) {
    return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  }
  const read = await readUserFile(path, { maxBytes: maxHeldBytes, signal: io.signal });
  return read.ok ? checkText(name, read.content, json) : refuse(name, read.reason, read.cause);
}

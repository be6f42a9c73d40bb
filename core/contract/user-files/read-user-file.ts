import { close, constants, fstat, open, read } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { decodeUtf8, describeUtf8Problem, formatByteSize } from '../../base/index.ts';

const openFile = promisify(open);
const statFile = promisify(fstat);
const readFile = promisify(read);
const closeFile = promisify(close);

/** What a file held, or why it could not be read, as what follows its name in a sentence. */
export type UserFile<T> =
  | { readonly ok: true; readonly content: T }
  | { readonly ok: false; readonly missing: boolean; readonly reason: string; readonly cause?: unknown };

export interface ReadOptions {
  /** A longer file is refused. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read: this account may not',
  EPERM: 'cannot be read: this account may not',
  ELOOP: 'cannot be read: its links lead in a circle',
  ENAMETOOLONG: 'cannot be read: its name is too long',
  ENXIO: 'cannot be read: it is a socket, or a device that is not there',
  EISDIR: 'is a directory, not a file',
  EAGAIN: 'cannot be read: nothing has been written to it yet',
};

/** Why a file cannot be read, as what follows its name in a sentence. */
export function describeFileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? `cannot be read (${code === '' ? String(error) : code})`;
}

const refuse = (reason: string): UserFile<never> => ({ ok: false, missing: false, reason });

/** How long a pipe may be without anyone who writes into it, and how often one with nothing in it is looked at. */
const writerGraceMs = 250;
const pipePauseMs = 10;

/** Bytes of the next part: none at the end, null when a pipe has nothing yet. */
async function readPart(file: number, part: Buffer): Promise<number | null> {
  try {
    return (await readFile(file, part, 0, part.length, null)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}

/**
 * Reads until the end, or until there is more than what was allowed. A pipe is looked at again and again: a thread
 * that waited in it could not be stopped.
 */
async function readAll(file: number, isPipe: boolean, options: ReadOptions): Promise<Buffer | 'no writer'> {
  const chunks: Buffer[] = [];
  let total = 0;
  let silentMs = 0;
  let hadWriter = !isPipe;
  for (;;) {
    options.signal?.throwIfAborted();
    const part = Buffer.allocUnsafe(Math.min(256 * 1024, options.maxBytes + 1 - total));
    const bytes = await readPart(file, part);
    if (bytes === 0 && hadWriter) return Buffer.concat(chunks);
    if (bytes === 0 && silentMs >= writerGraceMs) return 'no writer';
    hadWriter ||= bytes !== 0;
    chunks.push(part.subarray(0, bytes ?? 0));
    total += bytes ?? 0;
    if (total > options.maxBytes) return Buffer.concat(chunks);
    if (bytes !== null && bytes > 0) continue;
    if (!isPipe) throw Object.assign(new Error('nothing to read yet'), { code: 'EAGAIN' });
    await setTimeout(pipePauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    silentMs += pipePauseMs;
  }
}

async function readOpened(file: number, options: ReadOptions): Promise<UserFile<Buffer>> {
  const stats = await statFile(file);
  if (stats.isDirectory()) return refuse('is a directory, not a file');
  const content = await readAll(file, stats.isFIFO(), options);
  if (content === 'no writer') return refuse('is a pipe that nobody writes into');
  if (content.length <= options.maxBytes) return { ok: true, content };
  return refuse(`is too large: it must have at most ${formatByteSize(options.maxBytes)}`);
}

/**
 * Reads a file that a user named, whatever it is: it never hangs in a pipe that nobody writes into, and never reads
 * more than what was allowed. Rejects with the signal's reason when it aborts.
 */
export async function readUserFile(path: string, options: ReadOptions): Promise<UserFile<Buffer>> {
  try {
    const file = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readOpened(file, options).finally(() => closeFile(file));
  } catch (cause) {
    options.signal?.throwIfAborted();
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    return { ok: false, missing, reason: describeFileError(cause), cause };
  }
}

/** Bytes as text, or why they are none. */
export function textOf(bytes: Uint8Array): UserFile<string> {
  const decoded = decodeUtf8(bytes);
  if (decoded.ok) return { ok: true, content: decoded.text };
  return refuse(`${describeUtf8Problem(decoded.problem)}; save it as UTF-8`);
}

/** The same as text, which has to be UTF-8. */
export async function readUserText(path: string, options: ReadOptions): Promise<UserFile<string>> {
  const file = await readUserFile(path, options);
  return file.ok ? textOf(file.content) : file;
}

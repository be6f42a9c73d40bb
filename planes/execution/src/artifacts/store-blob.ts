import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomText } from '@beeline/core/base';
import { hashFile } from '@beeline/core/contract';

/** Where the contents with this hash are kept. */
export function blobPath(directory: string, sha256: string): string {
  return join(directory, 'blobs', sha256.slice(0, 2), sha256);
}

async function copyAndHash(from: string, to: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const observe = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    createReadStream(from, { highWaterMark: 1024 * 1024 }),
    observe,
    createWriteStream(to, { flush: true }),
  );
  return { sha256: hash.digest('hex'), bytes };
}

/**
 * Keeps the contents of a file once, under their hash. The name always fits the contents, even when the file changes
 * meanwhile: what is hashed is what is kept.
 */
export async function storeBlob(
  directory: string,
  source: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const known = await hashFile(source);
  const facts = await fs.stat(blobPath(directory, known)).catch(() => null);
  if (facts !== null) return { sha256: known, bytes: facts.size };
  const temporary = join(directory, 'incoming', randomText(20));
  try {
    const stored = await copyAndHash(source, temporary);
    const path = blobPath(directory, stored.sha256);
    await fs.chmod(temporary, 0o444);
    await fs.mkdir(join(path, '..'), { recursive: true });
    await fs.rename(temporary, path);
    return stored;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

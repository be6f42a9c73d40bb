import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { EngineError } from '../engine/engine-error.ts';

/** Content codings of a request that are undone (RFC 9110, section 8.4.1). */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** What a refusal of an unknown coding offers instead. */
export const acceptedCodings = 'gzip, deflate, br, zstd, identity';

/** More than anybody needs; each one costs memory. */
export const mostCodings = 3;

/** The codings that a header names, in the order in which they were applied. */
function readCodings(header: string | undefined): readonly string[] {
  const names = (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const unknown = names.find((name) => !Object.hasOwn(decoders, name));
  if (unknown !== undefined) {
    throw new EngineError(
      'CODING_UNSUPPORTED',
      `content-encoding must be one of ${acceptedCodings}; received '${unknown}'`,
      { field: 'content-encoding' },
    );
  }
  if (names.length > mostCodings) {
    const message = `content-encoding must name at most ${mostCodings} codings; received ${names.length}`;
    throw new EngineError('CODING_UNSUPPORTED', message, { field: 'content-encoding' });
  }
  return names;
}

/**
 * The body as it was before its codings; it fails when the bytes are not what a coding makes.
 * @throws EngineError CODING_UNSUPPORTED
 */
export function decodeBody(body: Readable, header: string | undefined): Readable {
  return readCodings(header).reduceRight((from: Readable, name) => {
    const decoder = decoders[name]?.();
    if (decoder === undefined) return from;
    from.once('error', (error) => decoder.destroy(error));
    return from.pipe(decoder);
  }, body);
}

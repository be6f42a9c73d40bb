import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readJsonBody } from './read-json-body.ts';

function read(body: Buffer | string, coding?: string, maxBytes = 1_000): Promise<unknown> {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
    bytes.subarray(index * 7, index * 7 + 7),
  );
  const headers = coding === undefined ? {} : { 'content-encoding': coding };
  return readJsonBody(
    Object.assign(Readable.from(pieces), { headers }) as unknown as IncomingMessage,
    maxBytes,
  );
}

const value = { inputs: 'Größe 🐝' };
const text = JSON.stringify(value);

describe('a body', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['identity', Buffer.from(text)],
    ['gzip, identity, br', brotliCompressSync(gzipSync(text))],
  ])('in %s is read as what it was before', async (coding, bytes) => {
    expect(await read(bytes, coding)).toEqual(value);
  });

  it('in a coding that is not known is refused by its name', async () => {
    await expect(read(text, 'gzip, snappy')).rejects.toMatchObject({
      status: 415,
      message: "content-encoding must be one of gzip, deflate, br, zstd, identity; received 'snappy'",
    });
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":[', ']}'],
  ])('with %s too deep inside each other is refused, whatever their depth', async (_, open, close) => {
    for (const depth of [129, 20_000]) {
      const body = gzipSync(open.repeat(depth) + close.repeat(depth));
      await expect(read(body, 'gzip', 1_000_000)).rejects.toMatchObject({
        code: 'INVALID_JSON',
        message: 'the body must have at most 128 lists and objects inside each other',
      });
    }
    const nested = `${'['.repeat(128)}${']'.repeat(128)}`;
    expect(JSON.stringify(await read(nested))).toBe(nested);
  });

  it('in more codings than anybody needs is refused', async () => {
    await expect(read(text, 'gzip,gzip,gzip,gzip')).rejects.toMatchObject({ code: 'CODING_UNSUPPORTED' });
  });

  it.each([
    ['gzip', Buffer.from(text)],
    ['gzip', gzipSync(text).subarray(0, 20)],
    ['br', Buffer.from(text)],
    ['zstd', Buffer.from(text)],
    ['gzip, gzip', gzipSync(text)],
  ])('that is not in %s, which it names, is refused', async (coding, bytes) => {
    await expect(read(bytes, coding)).rejects.toMatchObject({
      code: 'INVALID_BODY',
      field: 'content-encoding',
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('that becomes too long out of %s is refused', async (coding, compress) => {
    const bomb = compress(JSON.stringify('a'.repeat(5_000_000)));
    await expect(read(bomb, coding, 100_000)).rejects.toMatchObject({ status: 413 });
  });

  it('that is too long as it comes is refused', async () => {
    await expect(read(text, undefined, 10)).rejects.toMatchObject({ status: 413 });
  });

  it.each([
    ['{"inputs": "caf\xe9"}', 'the body is not UTF-8: byte 0xE9 at offset 15 (line 1, column 16)'],
    ['{"inputs": "\xed\xa0\x80"}', 'the body is not UTF-8: byte 0xED at offset 12 (line 1, column 13)'],
  ])('that is not UTF-8 is refused with the place: %j', async (latin, message) => {
    await expect(read(Buffer.from(latin, 'latin1'))).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
  });

  it('in UTF-16 is refused by that name', async () => {
    await expect(read(Buffer.from(text, 'utf16le'))).rejects.toMatchObject({
      message: 'the body is UTF-16, not UTF-8; JSON is sent as UTF-8',
    });
  });

  it.each(['', ' \n', '{"inputs"', 'null null'])('%j is refused', async (body) => {
    await expect(read(body)).rejects.toMatchObject({ code: 'INVALID_JSON' });
  });
});

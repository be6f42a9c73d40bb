import type { IncomingMessage } from 'node:http';
import { EngineError } from '../engine/engine-error.ts';
import { decodeBody } from './decode-body.ts';
import { isDeeperThan } from './is-deeper-than.ts';

/** Far more than any schema of a tool has, and far less than what fills the stack. */
const maxDepth = 128;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a request body as JSON; its content codings are undone.
 * @throws EngineError BODY_TOO_LARGE above `maxBytes`, encoded or decoded; CODING_UNSUPPORTED for a coding that is
 * not known; INVALID_BODY when it is not in the coding that it names; INVALID_JSON when it is not JSON in UTF-8, or
 * lists and objects lie too deep inside each other.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  try {
    const text = utf8.decode(bytes);
    if (text.trim() === '') {
      throw new EngineError('INVALID_JSON', 'the body must be a JSON object; it is empty');
    }
    const value: unknown = JSON.parse(text);
    if (isDeeperThan(value, maxDepth)) {
      throw new EngineError(
        'INVALID_JSON',
        `the body must have at most ${maxDepth} lists and objects inside each other`,
      );
    }
    return value;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw await explainNoJson(bytes, error);
  }
}

/** What finds the place of a bad byte is only loaded when there is one. */
async function explainNoJson(bytes: Uint8Array, error: unknown): Promise<EngineError> {
  const { decodeUtf8, describeUtf8Problem } = await import('@beeline/core/base');
  const decoded = decodeUtf8(bytes);
  if (!decoded.ok) {
    return new EngineError(
      'INVALID_JSON',
      `the body ${describeUtf8Problem(decoded.problem)}; JSON is sent as UTF-8`,
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new EngineError('INVALID_JSON', `the body must be JSON: ${detail}`);
}

/**
 * Reads up to `maxBytes`. What comes beyond them is read and dropped, not refused by closing: a caller that is still
 * writing would otherwise see a broken connection in place of the answer. The server's request timeout bounds it.
 */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const body = decodeBody(request, request.headers['content-encoding']);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let decoded = 0;
    const drop = (error: EngineError): void => {
      chunks.length = 0;
      reject(error);
      if (body === request) return;
      request.unpipe();
      request.resume();
      body.destroy();
    };
    const tooLarge = () => new EngineError('BODY_TOO_LARGE', `the body must have at most ${maxBytes} bytes`);
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > maxBytes) drop(tooLarge());
    });
    body.on('data', (chunk: Buffer) => {
      decoded += chunk.length;
      if (decoded > maxBytes) drop(tooLarge());
      else chunks.push(chunk);
    });
    body.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () =>
      drop(new EngineError('CLIENT_GONE', 'the caller left before the body was complete')),
    );
    if (body === request) return;
    body.on('error', ({ message }) => {
      const text = `the body is not what content-encoding says: ${message}`;
      drop(new EngineError('INVALID_BODY', text, { field: 'content-encoding' }));
    });
  });
}

import type { IncomingMessage } from 'node:http';
import { EngineError } from '../engine/engine-error.ts';

/**
 * Reads a request body as JSON.
 * @throws EngineError BODY_TOO_LARGE above `maxBytes`, INVALID_JSON when it is not JSON.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = (await readBytes(request, maxBytes)).toString('utf8');
  if (text.trim() === '')
    throw new EngineError('INVALID_JSON', 'the body must be a JSON object; it is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new EngineError('INVALID_JSON', `the body must be JSON: ${detail}`);
  }
}

/**
 * Reads up to `maxBytes`. What comes beyond them is read and dropped, not refused by closing: a caller that is still
 * writing would otherwise see a broken connection in place of the answer. The server's request timeout bounds it.
 */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(new EngineError('BODY_TOO_LARGE', `the body must have at most ${maxBytes} bytes`));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () =>
      reject(new EngineError('CLIENT_GONE', 'the caller left before the body was complete')),
    );
  });
}

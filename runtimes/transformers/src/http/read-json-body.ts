import type { IncomingMessage } from 'node:http';
import { EngineError } from '../engine/engine-error.ts';

/**
 * Reads a request body as JSON.
 * @throws EngineError BODY_TOO_LARGE above `maxBytes`, INVALID_JSON when it is not JSON.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const refusal = new EngineError('BODY_TOO_LARGE', `the body must have at most ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw refusal;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw refusal;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '')
    throw new EngineError('INVALID_JSON', 'the body must be a JSON object; it is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new EngineError('INVALID_JSON', `the body must be JSON: ${detail}`);
  }
}

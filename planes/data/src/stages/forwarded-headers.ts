import type { IncomingMessage } from 'node:http';

/** Headers that tell where a request came from; a caller's own are believed only behind a trusted proxy. */
export const forwardedHeaderNames: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
];

function single(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** `X-Forwarded-For`, `-Proto` and `-Host` for the model server, as name, value, … */
export function forwardedHeaders(message: IncomingMessage, trusted: boolean): string[] {
  const { socket } = message;
  const peer = socket.remoteAddress;
  const proto = 'encrypted' in socket ? 'https' : 'http';
  const host = message.headers.host;
  const before = trusted ? single(message, 'x-forwarded-for') : undefined;
  const chain = before === undefined ? peer : peer === undefined ? before : `${before}, ${peer}`;
  const headers: string[] = [];
  if (chain !== undefined) headers.push('x-forwarded-for', chain);
  headers.push('x-forwarded-proto', (trusted ? single(message, 'x-forwarded-proto') : undefined) ?? proto);
  const shownHost = (trusted ? single(message, 'x-forwarded-host') : undefined) ?? host;
  if (shownHost !== undefined) headers.push('x-forwarded-host', shownHost);
  return headers;
}

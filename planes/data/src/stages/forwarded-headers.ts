import type { CallerRequest } from '@beeline/core/relay';

/** Headers that tell where a request came from; a caller's own are believed only behind a trusted proxy. */
export const forwardedHeaderNames: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
];

type Origin = Pick<CallerRequest, 'head' | 'remoteAddress' | 'encrypted'>;

/** The lines of `X-Forwarded-For`, `-Proto` and `-Host` for the model server. */
export function forwardedHeaders(caller: Origin, trusted: boolean): string {
  const { head, remoteAddress: peer } = caller;
  const told = (lower: string) => (trusted ? head.header(lower) : undefined);
  const before = told('x-forwarded-for');
  const chain = before === undefined ? peer : peer === undefined ? before : `${before}, ${peer}`;
  const proto = told('x-forwarded-proto') ?? (caller.encrypted ? 'https' : 'http');
  const host = told('x-forwarded-host') ?? head.header('host');
  // The values are of a head that was read, where no line can end early.
  const lines = chain === undefined ? '' : `x-forwarded-for: ${chain}\r\n`;
  return host === undefined
    ? `${lines}x-forwarded-proto: ${proto}\r\n`
    : `${lines}x-forwarded-proto: ${proto}\r\nx-forwarded-host: ${host}\r\n`;
}

import type { ResponseHeadReader } from './response-head.ts';

type SwitchHead = Pick<ResponseHeadReader, 'http10' | 'upgrade' | 'switches' | 'contentLength' | 'chunked'>;

const protocolsOf = (list: string) => list.split(',').map((protocol) => protocol.trim().toLowerCase());

/**
 * Why a 101 opens no tunnel to the protocols that were asked for; null when it does. Where it only looks like an
 * agreement, one side would speak another protocol than the other, and what it says could be taken for a request.
 */
export function checkSwitch(head: SwitchHead, asked: string): string | null {
  if (head.http10) return 'it switched protocols in HTTP/1.0, which cannot';
  if (!head.switches) return 'it switched protocols without Connection: Upgrade';
  if (head.upgrade === null) return 'it switched protocols and named none';
  if (head.chunked || head.contentLength !== -1) return 'it switched protocols and declared a body';
  const offered = protocolsOf(asked);
  const foreign = protocolsOf(head.upgrade).find((protocol) => !offered.includes(protocol));
  return foreign === undefined
    ? null
    : `it switched to ${JSON.stringify(foreign.slice(0, 40))}, which was not asked for`;
}

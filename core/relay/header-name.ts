/** What a header means to a relay; everything that is not about this hop or its framing is `end-to-end`. */
export type HeaderRole =
  | 'end-to-end'
  | 'hop-by-hop'
  | 'connection'
  | 'keep-alive'
  | 'content-length'
  | 'transfer-encoding'
  | 'upgrade';

export interface HeaderName {
  readonly lower: string;
  readonly role: HeaderRole;
}

const roles: ReadonlyMap<string, HeaderRole> = new Map<string, HeaderRole>([
  ['connection', 'connection'],
  ['keep-alive', 'keep-alive'],
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['upgrade', 'upgrade'],
  ['proxy-connection', 'hop-by-hop'],
  ['proxy-authenticate', 'hop-by-hop'],
  ['proxy-authorization', 'hop-by-hop'],
  ['te', 'hop-by-hop'],
  // Trailers themselves are forwarded; the announcement would be false towards a peer that cannot take them.
  ['trailer', 'hop-by-hop'],
  ['http2-settings', 'hop-by-hop'],
  // Answered by the relay itself, see `relayExchange`.
  ['expect', 'hop-by-hop'],
]);

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const rememberedLimit = 1_024;
/** By the name as it was spelled, so that a usual header costs one look-up; bounded, because peers choose names. */
const remembered = new Map<string, HeaderName>();

/** The lowercase name and role of a header as it was spelled; undefined when it is no legal name. */
export function lookUpHeaderName(spelled: string): HeaderName | undefined {
  const found = remembered.get(spelled);
  if (found !== undefined) return found;
  if (!token.test(spelled)) return undefined;
  const lower = spelled.toLowerCase();
  const name: HeaderName = { lower, role: roles.get(lower) ?? 'end-to-end' };
  if (remembered.size < rememberedLimit && spelled.length <= 64) remembered.set(spelled, name);
  return name;
}

/** Names that a `Connection` header adds to the hop-by-hop ones; empty for the usual `keep-alive` and `close`. */
export function connectionOptions(value: string): readonly string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '');
}

/** The headers (name, value, …) without those of the given lowercase names; the same array when none is there. */
export function withoutHeaders(headers: string[], names: ReadonlySet<string>): string[] {
  let kept: string[] | null = null;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (names.has(lookUpHeaderName(name)?.lower ?? name)) kept ??= headers.slice(0, index);
    else kept?.push(name, headers[index + 1] ?? '');
  }
  return kept ?? headers;
}

/** Never taken out on a caller's word: the request would change its meaning. */
const protectedNames: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-encoding',
  'close',
  'keep-alive',
  'upgrade',
]);

/** Whether a `Connection` option really takes a header out. */
export function isRemovable(option: string): boolean {
  return !protectedNames.has(option);
}

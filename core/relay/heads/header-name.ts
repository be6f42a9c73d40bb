/** What a header means to a relay; everything that is not about this hop or its framing is `end-to-end`. */
export type HeaderRole =
  | 'end-to-end'
  | 'hop-by-hop'
  | 'connection'
  | 'keep-alive'
  | 'content-length'
  | 'transfer-encoding'
  | 'upgrade'
  | 'expect'
  | 'max-forwards'
  | 'host';

/** A header that this process knows by name; there is one object for each, so that names are compared by identity. */
export interface HeaderName {
  readonly lower: string;
  readonly role: HeaderRole;
  /** Counted from 0. */
  readonly index: number;
  readonly hash: number;
}

const roles: ReadonlyMap<string, HeaderRole> = new Map<string, HeaderRole>([
  ['connection', 'connection'],
  ['keep-alive', 'keep-alive'],
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['upgrade', 'upgrade'],
  ['expect', 'expect'],
  ['host', 'host'],
  ['max-forwards', 'max-forwards'],
  ['proxy-connection', 'hop-by-hop'],
  ['proxy-authenticate', 'hop-by-hop'],
  ['proxy-authorization', 'hop-by-hop'],
  ['te', 'hop-by-hop'],
  // Trailers themselves are forwarded; the announcement would be false towards a peer that cannot take them.
  ['trailer', 'hop-by-hop'],
  ['http2-settings', 'hop-by-hop'],
]);

const tableSize = 1_024;
/** Far below the size of the table, so that a search ends soon. */
const namesLimit = tableSize / 4;

const byText = new Map<string, HeaderName>();
/** The same names by hash, each at its hash or in the next free place. */
const table: (HeaderName | undefined)[] = new Array<HeaderName | undefined>(tableSize).fill(undefined);

/** The hash of a name grows byte by byte, whatever its case; letters that differ in case only give the same. */
export function addToHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + (byte | 32)) | 0;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = addToHash(hash, text.charCodeAt(index));
  return hash;
}

/**
 * The header with this lowercase name; from its first call on it is recognised in every head that is read. For names
 * that are written in the code, not for those that peers choose.
 */
export function headerName(lower: string): HeaderName {
  const known = byText.get(lower);
  if (known !== undefined) return known;
  if (byText.size >= namesLimit) throw new RangeError(`more than ${namesLimit} header names are in use`);
  const name: HeaderName = {
    lower,
    role: roles.get(lower) ?? 'end-to-end',
    index: byText.size,
    hash: hashOf(lower),
  };
  byText.set(lower, name);
  let place = name.hash & (tableSize - 1);
  while (table[place] !== undefined) place = (place + 1) & (tableSize - 1);
  table[place] = name;
  return name;
}

for (const lower of roles.keys()) headerName(lower);

/** Has a header recognised from now on, as long as there is room. */
export function rememberHeaderName(lower: string): void {
  if (byText.size < namesLimit) headerName(lower);
}

/** How many headers are known by now; those that come later have a higher index. */
export function knownHeaderNames(): number {
  return byText.size;
}

/** The known header with this lowercase name. */
export function findHeaderName(lower: string): HeaderName | undefined {
  return byText.get(lower);
}

function isSpelled(name: HeaderName, bytes: Uint8Array, start: number, end: number): boolean {
  const { lower } = name;
  if (lower.length !== end - start) return false;
  for (let index = 0; index < lower.length; index += 1) {
    const byte = bytes[start + index] ?? 0;
    const small = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    if (small !== lower.charCodeAt(index)) return false;
  }
  return true;
}

/** The known header whose name stands in these bytes, in any case; null when it is none. */
export function recogniseHeaderName(
  bytes: Uint8Array,
  start: number,
  end: number,
  hash: number,
): HeaderName | null {
  let place = hash & (tableSize - 1);
  for (;;) {
    const name = table[place];
    if (name === undefined) return null;
    if (name.hash === hash && isSpelled(name, bytes, start, end)) return name;
    place = (place + 1) & (tableSize - 1);
  }
}

/** Names of every set that was made: somebody here takes them out, or gives them, for a reason. */
const namesOfSets = new Set<string>();
/** Whatever else begins like this is for proxies and platforms to say. */
const platformPrefixes = /^x-(?:beeline|blaxel|beamlit|forwarded)-/;

/**
 * Whether a name is, but for underscores, one that frames a message or that only a proxy or the platform may give.
 * Servers that hand headers on as variables (CGI, WSGI) read both as one.
 */
export function imitatesGuardedName(lower: string): boolean {
  if (!lower.includes('_')) return false;
  const meant = lower.replaceAll('_', '-');
  return roles.has(meant) || namesOfSets.has(meant) || platformPrefixes.test(meant);
}

/** Some headers, by name; made once, asked for every line of every head. */
export class HeaderSet {
  private readonly members = new Uint8Array(namesLimit);

  constructor(lowerNames: Iterable<string>) {
    for (const lower of lowerNames) {
      this.members[headerName(lower).index] = 1;
      namesOfSets.add(lower);
    }
  }

  has(name: HeaderName): boolean {
    return this.members[name.index] === 1;
  }
}

/** Never taken out on a peer's word: the message would change its meaning. */
const protectedNames: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-encoding',
  'close',
  'keep-alive',
  'upgrade',
]);

/** What a `Connection` header says. */
export interface ConnectionOptions {
  /** Whether the connection stays; null when it does not say. */
  readonly keepAlive: boolean | null;
  readonly upgrade: boolean;
  /** Lowercase names of the headers that it takes out, beyond those that always stay at a hop. */
  readonly named: readonly string[];
}

const stays: ConnectionOptions = { keepAlive: true, upgrade: false, named: [] };

export function readConnectionOptions(value: string): ConnectionOptions {
  if (value === 'keep-alive' || value === 'Keep-Alive') return stays;
  const options = value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  return {
    keepAlive: options.includes('close') ? false : options.includes('keep-alive') ? true : null,
    upgrade: options.includes('upgrade'),
    named: options.filter((option) => option !== '' && !protectedNames.has(option)),
  };
}

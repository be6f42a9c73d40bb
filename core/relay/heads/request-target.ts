/** A name, an IPv4 or a bracketed IPv6 address, perhaps with a port; empty where the target has no host. */
const host = /^(?:(?:[\w.~-]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/;
const absolute = /^https?:\/\/([^/?]*)(.*)$/i;

/** Whether a value could be that of `Host`: RFC 9110 §7.2, without the punctuation that a grammar allows and no name has. */
export function isHostValue(value: string): boolean {
  const match = host.exec(value);
  return match !== null && Number(match[1] ?? '0') <= 65_535;
}

/** What the target of a request names (RFC 9112 §3.2). */
export interface RequestTarget {
  /** Path and query, byte for byte; `*` of `OPTIONS *`. */
  readonly path: string;
  /** Host and port where the target names them: they count, and `Host` does not. */
  readonly authority: string | null;
}

/** Reads a target in any of its forms; a sentence fragment says what is wrong with it. */
export function readRequestTarget(method: string, target: string): RequestTarget | string {
  if (target.includes('#')) return 'its target has a fragment (#), which is for clients only';
  if (target.charCodeAt(0) === 47) return { path: target, authority: null };
  if (target === '*' && method === 'OPTIONS') return { path: target, authority: null };
  const [, authority = '', rest = ''] = absolute.exec(target) ?? [];
  if (authority === '') return 'its target is neither a path nor an absolute http or https URL';
  if (!isHostValue(authority) || authority.startsWith(':')) {
    return 'the host of its target is no host: a name or an address, perhaps with a port, without a user';
  }
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority };
}

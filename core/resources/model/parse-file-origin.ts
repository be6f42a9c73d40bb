/** Path of a `file:` origin, or the rule that it breaks. */
export type FileOrigin =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly rule: string };

/** Reads a `file:` URL; whatever would be left out of the path is refused instead. */
export function parseFileOrigin(text: string): FileOrigin {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'file:') {
    return { ok: false, rule: 'must be file: and the absolute path of a directory' };
  }
  if (url.host !== '') {
    return {
      ok: false,
      rule: `must name no machine; write file:///${url.host}${url.pathname} for that path`,
    };
  }
  if (/[?#]/.test(text)) return { ok: false, rule: 'must have ? written as %3F and # as %23' };
  try {
    const path = decodeURIComponent(url.pathname);
    if (!path.includes('\0')) return { ok: true, path };
    return { ok: false, rule: 'must not have a zero byte in it' };
  } catch {
    return { ok: false, rule: 'must have % written as %25' };
  }
}

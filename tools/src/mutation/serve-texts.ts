import type { Plugin } from 'vite';

/** Serves other texts for some files than the disk has, by absolute path. */
export function serveTexts(texts: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'beeline-mutation',
    enforce: 'pre',
    transform: (_code, id) => texts.get(id) ?? null,
  };
}

/** A variable of a `.env` file with its value; one in quotes may have several lines. */
const assignment = /^[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^\n]*)/gm;

/** The first name that a `.env` file has twice, of which a parser would take one value without a word. */
export function findRepeatedName(text: string): string | undefined {
  const seen = new Set<string>();
  for (const [, name = ''] of text.matchAll(assignment)) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

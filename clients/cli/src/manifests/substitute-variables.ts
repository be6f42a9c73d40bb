/** Where values come from; undefined when there is none of that name. */
export interface Lookups {
  variable(name: string): string | undefined;
  secret(name: string): string | undefined;
}

export interface Substituted {
  readonly text: string;
  /** Names of variables that have no value; they stay as they were written. */
  readonly unset: readonly string[];
  readonly missingSecrets: readonly string[];
  /** Values of secrets that are in the text now: never to be printed. */
  readonly secretValues: readonly string[];
}

const name = '[A-Za-z_][A-Za-z0-9_]*';
const reference = new RegExp(
  `\\$\\$|\\$\\{(?<bracedSecret>secrets\\.)?(?<braced>${name})(?::(?<fallback>[^}]*))?\\}|\\$(?<plainSecret>secrets\\.)?(?<plain>${name})`,
  'g',
);

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:default}` and the same with `secrets.NAME`; `$$` is a dollar sign. The default
 * counts only when there is no value.
 */
export function substituteVariables(text: string, lookups: Lookups): Substituted {
  const unset: string[] = [];
  const missingSecrets: string[] = [];
  const secretValues: string[] = [];
  const replaced = text.replace(reference, (written, ...rest) => {
    if (written === '$$') return '$';
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const key = groups.braced ?? groups.plain ?? '';
    const isSecret = groups.bracedSecret !== undefined || groups.plainSecret !== undefined;
    const value = isSecret ? lookups.secret(key) : lookups.variable(key);
    if (value !== undefined && isSecret) secretValues.push(value);
    if (value !== undefined) return value;
    if (groups.fallback !== undefined) return groups.fallback;
    (isSecret ? missingSecrets : unset).push(key);
    return written;
  });
  return { text: replaced, unset, missingSecrets, secretValues };
}

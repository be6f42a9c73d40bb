import { loaderEnvNames, processEnvNames } from './env-name-tables.ts';

/** `*` stands for any letters, digits and underscores, `?` for one capital letter. */
const patternOf = (names: readonly string[]) =>
  new RegExp(
    `^(${names.map((name) => name.replaceAll('*', '[A-Za-z0-9_]*').replaceAll('?', '[A-Z]')).join('|')})$`,
  );

const isWhole = (name: string) => !/[*?]/.test(name);

/** Names that are allowed as they stand: they count before what their libraries are known to read. */
const allowedNames: ReadonlySet<string> = new Set(
  processEnvNames.flatMap(({ names }) => names.filter(isWhole)),
);
const allowedPattern = patternOf(processEnvNames.flatMap(({ names }) => names));
const loaders = loaderEnvNames.map(({ names, reason }) => ({ pattern: patternOf(names), reason }));

/** Why a name that is known to be read by loaders is dangerous; null of others. */
export function loaderReason(name: string): string | null {
  if (allowedNames.has(name)) return null;
  return loaders.find(({ pattern }) => pattern.test(name))?.reason ?? null;
}

interface EnvNameJudgement {
  readonly rule: string;
  readonly hint: string;
}

const maySet = 'names that begin with MODEL_ or APP_ are yours';

function judgeProcessEnvName(name: string): EnvNameJudgement | null {
  const reason = loaderReason(name);
  if (reason !== null) {
    return {
      rule: `must not be set for generation process: ${reason}`,
      hint: `remove it, or use a name of your own (${maySet})`,
    };
  }
  if (allowedPattern.test(name)) return null;
  return {
    rule: 'is not among the names that may be set for generation process',
    hint: `use a name of your own (${maySet}); docs/reference/variables.md has all that may be set`,
  };
}

/** By generation, the rule that the name of a variable breaks and what to do; null when it may be set. */
export const judgeEnvName = { process: judgeProcessEnvName } as const;

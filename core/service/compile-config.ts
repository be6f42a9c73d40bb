import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  BeelineError,
  describeViolations,
  type FieldViolation,
  parseByteSize,
  parseDuration,
  Secret,
  suggestName,
} from '../base/index.ts';

/** How one setting is written by people and what code sees. */
export interface Setting<T, D extends string | null = string | null> {
  readonly description: string;
  readonly example: string;
  readonly defaultText: D;
  /** The value, or the rule that the text broke. */
  parse(
    text: string,
  ): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rule: string };
}

interface SettingText<D extends string | null> {
  readonly description: string;
  readonly default: D;
  readonly example?: string;
}

function setting<T, D extends string | null>(
  text: SettingText<D>,
  parse: Setting<T>['parse'],
): Setting<T, D> {
  return {
    description: text.description,
    defaultText: text.default,
    example: text.example ?? text.default ?? '',
    parse,
  };
}

type Parsed<T> = ReturnType<Setting<T>['parse']>;
const accept = <T>(value: T): Parsed<T> => ({ ok: true, value });
const refuse = (rule: string): Parsed<never> => ({ ok: false, rule });

const toPath = (text: string) => resolve(text.replace(/^~(?=\/|$)/, homedir()));

/** Makers of settings; people write `30s` and `5GiB`, code sees milliseconds and bytes. */
export const settings = {
  text: <D extends string | null>(text: SettingText<D>) => setting<string, D>(text, accept),
  secret: <D extends string | null>(text: SettingText<D>) =>
    setting<Secret, D>(text, (value) => accept(new Secret(value))),
  /** A file or folder: made absolute, `~/` is the home of this account. */
  path: <D extends string | null>(text: SettingText<D>) =>
    setting<string, D>(text, (value) => accept(toPath(value))),
  /** Files or folders with commas between them, or `none`; each as in `path`. */
  paths: <D extends string | null>(text: SettingText<D>) =>
    setting<readonly string[], D>(text, (value) => {
      if (value === 'none') return accept([]);
      const parts = value.split(',').map((part) => part.trim());
      return parts.includes('')
        ? refuse('must be paths with commas between them, or none')
        : accept(parts.map(toPath));
    }),
  flag: (text: SettingText<string>) =>
    setting<boolean, string>(text, (value) =>
      value === 'true' || value === 'false' ? accept(value === 'true') : refuse('must be true or false'),
    ),
  integer: (text: SettingText<string> & { readonly min: number; readonly max: number }) =>
    setting<number, string>(text, (value) => {
      const number = Number(value);
      const fits = /^-?\d+$/.test(value) && number >= text.min && number <= text.max;
      return fits ? accept(number) : refuse(`must be a whole number from ${text.min} to ${text.max}`);
    }),
  /** A whole number, or `auto`, which code sees as null. */
  integerOrAuto: (text: SettingText<string> & { readonly min: number; readonly max: number }) =>
    setting<number | null, string>(text, (value) => {
      if (value === 'auto') return accept(null);
      const parsed = settings.integer(text).parse(value);
      return parsed.ok ? parsed : refuse(`${parsed.rule}, or auto`);
    }),
  /** One word as HTTP has them in headers, or `off`, which code sees as null. */
  tokenOrOff: (text: SettingText<string>) =>
    setting<string | null, string>(text, (value) => {
      if (value === 'off') return accept(null);
      return /^[A-Za-z0-9.-]{1,64}$/.test(value)
        ? accept(value)
        : refuse('must be up to 64 letters, digits, dots and hyphens, or off');
    }),
  durationMs: (text: SettingText<string>) =>
    setting<number, string>(text, (value) => {
      const ms = parseDuration(value);
      return ms === undefined ? refuse('must be a duration such as 500ms, 30s or 5m') : accept(ms);
    }),
  bytes: (text: SettingText<string>) =>
    setting<number, string>(text, (value) => {
      const bytes = parseByteSize(value);
      return bytes === undefined ? refuse('must be a size such as 512MiB or 5GiB') : accept(bytes);
    }),
  choice: <const C extends readonly string[]>(text: SettingText<string> & { readonly choices: C }) =>
    setting<C[number], string>(text, (value) =>
      text.choices.includes(value)
        ? accept(value as C[number])
        : refuse(`must be one of ${text.choices.join(', ')}`),
    ),
} as const;

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

/** The frozen configuration; a setting without a default that nobody gave is null. */
export type Config<S extends SettingsTable> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T>
    ? T | (null extends S[K]['defaultText'] ? null : never)
    : never;
};

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flat keys of a configuration file, already parsed. */
  readonly file?: Readonly<Record<string, unknown>>;
  /** `--key=value`, `--key value`, `--flag`. */
  readonly argv?: readonly string[];
}

const flagName = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The environment variable of a setting: `dataDir` is `BL_DATA_DIR`. */
export const variableName = (key: string) => `BL_${flagName(key).replaceAll('-', '_').toUpperCase()}`;

/** A flag that may stand alone. */
const isSwitch = (entry: SettingsTable[string] | undefined) =>
  entry?.defaultText === 'true' || entry?.defaultText === 'false';

function readFlags(
  argv: readonly string[],
  table: SettingsTable,
  violations: FieldViolation[],
): Map<string, string> {
  const byFlag = new Map(Object.keys(table).map((key) => [flagName(key), key]));
  const values = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const [name = '', inline] = argument.replace(/^--/, '').split(/=(.*)/s);
    const key = argument.startsWith('--') ? byFlag.get(name) : undefined;
    const next = argv[index + 1];
    const value = inline ?? (next?.startsWith('--') ? undefined : next);
    // The value of an unknown flag belongs to it and is not told as one more mistake.
    if (inline === undefined && value !== undefined && argument.startsWith('--')) index += 1;
    if (key === undefined) {
      const near = suggestName(name, [...byFlag.keys()]);
      violations.push({
        field: argument,
        rule: 'is not a known flag',
        hint:
          near === undefined
            ? `known flags: ${[...byFlag.keys()].map((flag) => `--${flag}`).join(', ')}`
            : `did you mean --${near}?`,
      });
      continue;
    }
    if (values.has(key))
      violations.push({ field: argument, rule: 'is there twice', hint: 'keep one of the two' });
    if (value === undefined && !isSwitch(table[key])) {
      violations.push({ field: argument, rule: 'needs a value', hint: `write ${argument} VALUE` });
    } else values.set(key, value ?? 'true');
  }
  return values;
}

/**
 * Builds a process's configuration: flags win over environment variables, those over the file, that over defaults.
 * @throws BeelineError INVALID_CONFIGURATION naming every bad or unknown setting.
 */
export function compileConfig<S extends SettingsTable>(table: S, sources: ConfigSources): Config<S> {
  const violations: FieldViolation[] = [];
  const flags = readFlags(sources.argv ?? [], table, violations);
  const file = sources.file ?? {};
  for (const key of Object.keys(file)) {
    if (key in table) continue;
    const near = suggestName(key, Object.keys(table));
    violations.push({
      field: key,
      rule: 'is not a known setting',
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  const config: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(table)) {
    const candidates: readonly (readonly [string, string | undefined])[] = [
      [`--${flagName(key)}`, flags.get(key)],
      [variableName(key), sources.env[variableName(key)]],
      [key, file[key] === undefined ? undefined : String(file[key])],
      [key, entry.defaultText ?? undefined],
    ];
    const [where, text] = candidates.find(([, value]) => value !== undefined && value !== '') ?? [
      key,
      undefined,
    ];
    if (text === undefined) {
      config[key] = null;
      continue;
    }
    const parsed = entry.parse(text);
    if (parsed.ok) config[key] = parsed.value;
    else violations.push({ field: where, rule: parsed.rule, received: JSON.stringify(text) });
  }
  if (violations.length > 0) {
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: describeViolations(violations),
      fields: violations,
    });
  }
  return Object.freeze(config) as Config<S>;
}

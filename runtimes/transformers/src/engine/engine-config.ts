import { parseArgs } from 'node:util';

/** Everything the engine can be told, compiled once at the start. */
export interface EngineConfig {
  readonly modelDirectory: string;
  readonly socketPath: string;
  readonly modelName: string;
  readonly task: string | null;
  readonly dtype: string | null;
  /** Threads of one inference. */
  readonly threads: number;
  readonly maxBodyBytes: number;
  /** Texts that run through an encoder together. */
  readonly maxBatch: number;
  /** Texts one request may bring. */
  readonly maxInputs: number;
  /** Texts, or sequences to generate, that may wait. */
  readonly maxWaiting: number;
  /** Tokens generated when the caller names no limit; a caller may ask for as many as the context holds. */
  readonly defaultNewTokens: number;
  /** Longest time from a complete request to its complete answer. */
  readonly workTimeoutMs: number;
  /** Longest time from SIGTERM to the end. */
  readonly drainMs: number;
}

/** Numbers that may be tuned: flag, environment variable, default and bounds. */
const numbers = {
  threads: ['threads', 'BL_THREADS', 1, 1, 256],
  maxBodyBytes: ['max-body-bytes', 'BL_MAX_BODY_BYTES', 10 * 1024 * 1024, 1024, 1024 * 1024 * 1024],
  maxBatch: ['max-batch', 'BL_MAX_BATCH', 32, 1, 1024],
  maxInputs: ['max-inputs', 'BL_MAX_INPUTS', 256, 1, 100_000],
  maxWaiting: ['max-waiting', 'BL_MAX_WAITING', 0, 0, 1_000_000],
  defaultNewTokens: ['default-new-tokens', 'BL_DEFAULT_NEW_TOKENS', 512, 1, 1_000_000],
  workTimeoutMs: ['work-timeout-ms', 'BL_WORK_TIMEOUT_MS', 300_000, 100, 86_400_000],
  drainMs: ['drain-ms', 'BL_DRAIN_MS', 30_000, 0, 3_600_000],
} as const;
type NumberName = keyof typeof numbers;

/** Flag, variable and default of every number, for the documentation. */
export const tunables = Object.values(numbers);

const textOptions = {
  'model-dir': { type: 'string' },
  socket: { type: 'string' },
  'model-name': { type: 'string' },
  task: { type: 'string' },
  dtype: { type: 'string' },
} as const;

/**
 * Compiles flags (first) and `BL_…` variables (second) over the defaults.
 * @throws TypeError or RangeError naming the flag or variable that breaks a rule.
 */
export function compileEngineConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): EngineConfig {
  const numberOptions = Object.fromEntries(
    Object.values(numbers).map(([flag]) => [flag, { type: 'string' as const }]),
  );
  const { values }: { values: Record<string, unknown> } = parseArgs({
    args: [...argv],
    options: { ...numberOptions, ...textOptions },
    strict: true,
    allowPositionals: false,
  });
  const text = (flag: string): string | null => {
    const value = values[flag];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const required = (flag: string): string => {
    const value = text(flag);
    if (value === null) throw new RangeError(`--${flag} must be given`);
    return value;
  };
  const number = (name: NumberName): number => {
    const [flag, variable, fallback, least, most] = numbers[name];
    const given = text(flag) ?? env[variable];
    if (given === undefined) return fallback;
    const value = Number(given);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(
      `--${flag} (${variable}) must be a whole number from ${least} to ${most}; received '${given}'`,
    );
  };
  return Object.freeze({
    modelDirectory: required('model-dir'),
    socketPath: required('socket'),
    modelName: required('model-name'),
    task: text('task'),
    dtype: text('dtype'),
    threads: number('threads'),
    maxBodyBytes: number('maxBodyBytes'),
    maxBatch: number('maxBatch'),
    maxInputs: number('maxInputs'),
    maxWaiting: number('maxWaiting'),
    defaultNewTokens: number('defaultNewTokens'),
    workTimeoutMs: number('workTimeoutMs'),
    drainMs: number('drainMs'),
  });
}

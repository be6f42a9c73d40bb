import { resolve } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { readUserText } from '@beeline/core/contract';
import { buildSyntheticTrace, parseTrace, syntheticTraces, type TraceRequest } from '@beeline/core/scaling';
import type { SimulateFlags } from './simulate-settings.ts';

/** The requests of one trace; the seed is null when they were read from a file. */
export interface SeededTrace {
  readonly seed: number | null;
  readonly requests: readonly TraceRequest[];
}

const maxTraceBytes = 256 * 1024 ** 2;

function usage(message: string, cause?: unknown): BeelineError {
  return new BeelineError('USAGE_ERROR', { message, ...(cause === undefined ? {} : { cause }) });
}

/**
 * The trace that the flags name: one for each seed, or the one of a file.
 * @throws BeelineError USAGE_ERROR for flags that do not go together and a file that cannot be read, INVALID_INPUT for
 * one that is no trace.
 */
export async function readTraces(flags: SimulateFlags, cwd: string): Promise<readonly SeededTrace[]> {
  if (flags.seed !== undefined && flags.seeds !== undefined) {
    throw usage('--seed and --seeds were both given; leave one of them out');
  }
  const name = syntheticTraces.find((one) => one === flags.trace);
  if (name !== undefined) {
    const seeds = flags.seeds ?? [flags.seed ?? 1];
    return seeds.map((seed) => ({ seed, requests: buildSyntheticTrace(name, seed) }));
  }
  const file = await readUserText(resolve(cwd, flags.trace), { maxBytes: maxTraceBytes });
  if (!file.ok) {
    const known = syntheticTraces.join(', ');
    throw usage(
      `--trace must be ${known} or a CSV file that can be read (${flags.trace} ${file.reason})`,
      file.cause,
    );
  }
  if (flags.seed !== undefined || flags.seeds !== undefined) {
    throw usage('seeds have no effect on a trace from a file; leave --seed and --seeds out');
  }
  return [{ seed: null, requests: parseTrace(file.content) }];
}

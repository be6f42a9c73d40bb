import { parseDuration } from '@beeline/core/base';
import { InvalidArgumentError } from 'commander';

/** Collects a flag that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** A duration flag in milliseconds. */
export function durationFlag(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('It must be a duration such as 30s or 5m.');
}

/** A flag that counts lines; the platform gives at most 1000 at once. */
export function countFlag(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1_000) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
}

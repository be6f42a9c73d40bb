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

/** A flag that counts what there has to be one of; the platform gives at most 1000 lines at once. */
export function countFlag(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1_000) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
}

/** A flag that counts replicas, or none. */
export function replicasFlag(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 9999.');
}

/** A flag that begins a row of numbers by chance. */
export function seedFlag(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at most nine digits.');
}

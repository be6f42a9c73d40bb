import { mayPass, type RevisionFailure } from '@beeline/core/contract';
import type { LocationTrial, RevisionRow } from '../../store/database/tables.ts';

/** The pause after a first failure doubles with each further one. */
const firstPauseMs = 10_000;
const longestPauseMs = 600_000;
/** After so many failures at one location it is not tried there again: an hour has passed. */
const mostTries = 10;

const pauseAfter = (failures: number) => Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));

const unknownFailure: RevisionFailure = {
  code: 'INTERNAL_ERROR',
  message: 'the location gave no reason',
  logTail: [],
};

/** A failure at a location, after those before it. */
export function addFailure(
  before: LocationTrial | undefined,
  location: string,
  failure: RevisionFailure | null,
  nowMs: number,
): LocationTrial {
  const told = failure ?? unknownFailure;
  const trial = { location, failures: (before?.failures ?? 0) + 1, failure: told, failedAt: nowMs };
  return planAgain({ ...trial, retryAt: null, trying: false }, mayPass(told.code));
}

/** The trial with a time for the next try, if there is to be one. */
export function planAgain(trial: LocationTrial, worthIt: boolean): LocationTrial {
  if (trial.trying || trial.retryAt !== null || !worthIt || trial.failures >= mostTries) return trial;
  return { ...trial, retryAt: trial.failedAt + pauseAfter(trial.failures) };
}

/** Where a revision failed and is not being tried again now. */
export const failedAt = ({ trials }: Pick<RevisionRow, 'trials'>): readonly LocationTrial[] =>
  trials.filter(({ trying }) => !trying);

/** Pause before the next try, or before the one that is under way, in milliseconds; null when there is none. */
export const pauseOf = ({ retryAt, trying, failures }: LocationTrial): number | null =>
  retryAt !== null || trying ? pauseAfter(failures) : null;

/** The shortest pause before another try; null when there is none anywhere. */
export function shortestPause(trials: readonly LocationTrial[]): number | null {
  const pauses = trials.flatMap((trial) => pauseOf(trial) ?? []);
  return pauses.length === 0 ? null : Math.min(...pauses);
}

/** The trials with those under way whose time has come, at locations that are up; null when there are none. */
export function startDue(
  trials: readonly LocationTrial[],
  up: readonly string[],
  nowMs: number,
): readonly LocationTrial[] | null {
  const isDue = ({ retryAt, location }: LocationTrial) =>
    retryAt !== null && retryAt <= nowMs && up.includes(location);
  if (!trials.some(isDue)) return null;
  return trials.map((trial) => (isDue(trial) ? { ...trial, retryAt: null, trying: true } : trial));
}

/** When the next try is due; null when none is, but for those that wait for their location to be up. */
export function nextTry(trials: readonly LocationTrial[], nowMs: number): number | null {
  const times = trials.flatMap(({ retryAt }) => retryAt ?? []).filter((retryAt) => retryAt > nowMs);
  return times.length === 0 ? null : Math.min(...times);
}

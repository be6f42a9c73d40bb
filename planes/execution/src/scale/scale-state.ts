import type { Clock } from '@beeline/core/base';
import { createParser, type ParseResult } from '@beeline/core/resources';
import type { InterruptedHistory, ScaleMemory } from '@beeline/core/scaling';
import { type Static, Type } from 'typebox';
import { lastUse, type ServedRevision } from '../instances/served-revision.ts';

/*
 * What scaling knows, as it is saved: all times are wall-clock milliseconds since 1970, because the monotonic clock
 * begins anew with the process.
 */

const version = 2;
const time = Type.Number();
const count = Type.Number({ minimum: 0 });
const measured = Type.Union([count, Type.Null()]);
const timeOrNull = Type.Union([time, Type.Null()]);

const savedRevision = Type.Object({
  startMs: measured,
  serviceMs: measured,
  /** When it was first missing among those that the location serves; null while it is served. */
  leftAt: timeOrNull,
  lastUseAt: timeOrNull,
  sinceAt: timeOrNull,
  /** Time, arrived, ended, milliseconds of those that ended. */
  demand: Type.Array(Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }), { maxItems: 200 }),
  memory: Type.Union([
    Type.Null(),
    Type.Object({
      wanted: Type.Array(Type.Object({ at: time, replicas: count }), { maxItems: 1_000 }),
      panic: Type.Union([Type.Object({ until: time, replicas: count }), Type.Null()]),
      step: Type.Object({ at: time, live: count }),
    }),
  ]),
});
const savedState = Type.Object({
  version: Type.Literal(version),
  savedAt: time,
  revisions: Type.Record(Type.String(), savedRevision),
});

export type SavedRevision = Static<typeof savedRevision>;
export type SavedState = Static<typeof savedState>;

/** Reads a saved state that was parsed from JSON. */
export const parseSavedState: (value: unknown) => ParseResult<SavedState> = createParser(savedState);

/** What a revision begins with; times are monotonic milliseconds of this process and may be negative. */
export interface RecalledScale {
  readonly startMs: number | null;
  readonly serviceMs: number | null;
  readonly lastUseAt: number | null;
  /** The same in milliseconds since 1970. */
  readonly lastUseOnWall: number | null;
  readonly demand: InterruptedHistory | null;
  readonly memory: ScaleMemory | null;
}

export const nothingRecalled: RecalledScale = {
  startMs: null,
  serviceMs: null,
  lastUseAt: null,
  lastUseOnWall: null,
  demand: null,
  memory: null,
};

/** Entries of revisions that are not served are kept for so long, and so many of them. */
const keepLeftMs = 30 * 86_400_000;
const keepLeft = 1_000;

/** Rounded, so that the file is not written for the last digit. */
const round = (ms: number | null) => (ms === null ? null : Number(ms.toPrecision(2)));

function saveRevision(revision: ServedRevision, clock: Clock): SavedRevision {
  const nowMs = clock.monotonicMs();
  const wallOf = (ms: number) => Math.round(clock.now() - nowMs + ms);
  const { demand, scaleMemory: memory, assignment, pool } = revision;
  const usedAt = pool.inFlight + pool.waiting > 0 ? nowMs : lastUse(revision);
  const { sinceMs, entries } = demand.history(nowMs, assignment.scaling.stableWindowMs);
  return {
    startMs: round(revision.startMs),
    serviceMs: round(revision.serviceMs),
    leftAt: null,
    lastUseAt: usedAt === null ? null : wallOf(usedAt),
    sinceAt: sinceMs === null ? null : wallOf(sinceMs),
    demand: entries.map(({ atMs, arrived, ended, serviceMs }) => [
      wallOf(atMs),
      arrived,
      ended,
      Math.round(serviceMs),
    ]),
    // What only keeps replicas is worth nothing when there are none.
    memory:
      memory === null || revision.replicas.size === 0
        ? null
        : {
            wanted: memory.wanted.map(({ atMs, replicas }) => ({ at: wallOf(atMs), replicas })),
            panic:
              memory.panic === null
                ? null
                : { until: wallOf(memory.panic.untilMs), replicas: memory.panic.replicas },
            step: { at: wallOf(memory.step.atMs), live: memory.step.live },
          },
  };
}

/** The state to save: of what is served all, of what is not (control may be away) what was measured, for a while. */
export function buildSavedState(
  revisions: Iterable<ServedRevision>,
  before: SavedState['revisions'],
  clock: Clock,
): SavedState {
  const savedAt = clock.now();
  const served = Object.fromEntries(
    [...revisions].map((revision) => [revision.assignment.revision, saveRevision(revision, clock)]),
  );
  const left = Object.entries(before)
    .filter(([id]) => !Object.hasOwn(served, id))
    .map(([id, one]): [string, SavedRevision & { leftAt: number }] => [
      id,
      { ...one, leftAt: one.leftAt ?? savedAt, demand: [], memory: null },
    ])
    .filter(([, { leftAt }]) => savedAt - leftAt < keepLeftMs)
    .sort(([, a], [, b]) => b.leftAt - a.leftAt)
    .slice(0, keepLeft);
  return { version, savedAt, revisions: { ...Object.fromEntries(left), ...served } };
}

/** Whether saving one in place of the other would tell anything new. */
export function isSameState(a: SavedState, b: SavedState): boolean {
  const moves = Object.values(a.revisions).some(({ demand, memory }) => demand.length > 0 || memory !== null);
  return !moves && JSON.stringify(a.revisions) === JSON.stringify(b.revisions);
}

/**
 * What was saved of a revision, on this process's clock. Demand is as old as the wall clock says, and the time that
 * nobody counted is left out of it. Being without use or without demand has to be seen: for that, the time away does
 * not count.
 */
export function recallScale(saved: SavedRevision, savedAt: number, clock: Clock): RecalledScale {
  const nowMs = clock.monotonicMs();
  const awayMs = Math.max(0, clock.now() - savedAt);
  const seenMs = (at: number) => nowMs + (at - savedAt);
  const agedMs = (at: number) => seenMs(at) - awayMs;
  const { memory, sinceAt, lastUseAt } = saved;
  return {
    startMs: saved.startMs,
    serviceMs: saved.serviceMs,
    lastUseAt: lastUseAt === null ? null : seenMs(lastUseAt),
    lastUseOnWall: lastUseAt,
    demand: {
      sinceMs: sinceAt === null ? null : agedMs(sinceAt),
      entries: saved.demand.map(([at = 0, arrived = 0, ended = 0, serviceMs = 0]) => ({
        ...{ atMs: agedMs(at), arrived, ended, serviceMs },
      })),
      gap: { fromMs: nowMs - awayMs, toMs: nowMs },
    },
    memory:
      memory === null
        ? null
        : {
            wanted: memory.wanted.map(({ at, replicas }) => ({ atMs: seenMs(at), replicas })),
            panic:
              memory.panic === null
                ? null
                : { untilMs: seenMs(memory.panic.until), replicas: memory.panic.replicas },
            step: { atMs: seenMs(memory.step.at), live: memory.step.live },
          },
  };
}

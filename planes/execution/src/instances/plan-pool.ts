/** Engines of one kind can stand in for each other: the driver that runs them and the runtime that they are. */
export interface EngineKind {
  readonly generation: string;
  readonly engine: string;
}

export interface PooledEngine {
  readonly id: string;
  readonly kind: EngineKind;
}

export interface PoolPicture {
  /** What the location's revisions could use. */
  readonly wanted: readonly EngineKind[];
  /** Those that wait or are on the way to it. */
  readonly engines: readonly PooledEngine[];
  /** How many of each kind should wait. */
  readonly keep: number;
  /** Whether anything is being started now: a request may wait for that, and nobody for the pool. */
  readonly busy: boolean;
  /** Milliseconds until the next attempt may be made after a failed one; 0 when now. */
  readonly backoffMs: number;
}

export interface PoolPlan {
  /** At most one: each takes a whole processor for a moment. */
  readonly start: EngineKind | null;
  /** Ids of engines that nobody could use. */
  readonly end: readonly string[];
}

const isSame = (a: EngineKind, b: EngineKind) => a.generation === b.generation && a.engine === b.engine;

/** What to start and what to end so that `keep` engines of each wanted kind wait. */
export function planPool({ wanted, engines, keep, busy, backoffMs }: PoolPicture): PoolPlan {
  const countOf = (kind: EngineKind) => engines.filter((engine) => isSame(engine.kind, kind)).length;
  const missing = wanted.find((kind) => countOf(kind) < keep) ?? null;
  const useless = engines.filter(({ kind }) => !wanted.some((one) => isSame(one, kind)));
  return { start: busy || backoffMs > 0 ? null : missing, end: useless.map(({ id }) => id) };
}

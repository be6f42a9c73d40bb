import { mkdir } from 'node:fs/promises';
import { asBeelineError, backoffMs, type Clock, type Logger, randomText } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import type { Driver } from '@beeline/drivers/interface';
import type { Runtime } from '@beeline/runtime-interface';
import { discardInstance } from './discard-instance.ts';
import { envNames } from './open-envs.ts';
import { type EngineKind, type PooledEngine, planPool } from './plan-pool.ts';

/** Model servers that wait, paused, to be told their model. */
export interface EnginePool {
  /** Takes an engine that can become a replica of this; null when none waits, or none can. */
  take(assignment: RevisionAssignment): string | null;
  /** Begins to bring the pool to what these could use; `busy` while a replica of theirs starts. */
  tend(assignments: readonly RevisionAssignment[], busy: boolean): void;
  /** An instance has ended; nothing happens when it is none of the pool's. */
  lose(id: string): void;
  /** One that was taken could not be used. */
  reportBroken(reason: string): void;
  close(): Promise<void>;
}

export interface EnginePoolOptions {
  readonly location: string;
  readonly drivers: Readonly<Record<string, Driver>>;
  readonly runtimes: Readonly<Record<string, Runtime>>;
  /** How many engines of each kind wait; 0 turns the pool off. */
  readonly keep: number;
  /** Made when needed, and stays empty: what an engine without a model has as its model. */
  readonly emptyDirectory: string;
  readonly maxBackoffMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const startTimeoutMs = 60_000;
const firstBackoffMs = 1_000;

/** Whether a waiting engine could become a replica of this; what is wrong with it is told by a normal start. */
function isClaimable(runtime: Runtime, assignment: RevisionAssignment): boolean {
  const { model, template } = assignment;
  const { task, dtype, startTimeoutMs: timeoutMs } = template.runtime;
  const envs = Object.fromEntries(envNames(assignment).map((name) => [name, '']));
  const paths = { modelDirectory: '/model', socketPath: '/run/model.sock' };
  const request = { ...paths, modelName: model, task, dtype, envs, startTimeoutMs: timeoutMs };
  try {
    return (runtime.pool?.buildClaim(request) ?? null) !== null;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const kindOf = ({ template }: RevisionAssignment): EngineKind => ({
  generation: template.generation,
  engine: template.runtime.engine,
});

/** Opens an empty pool; `tend` fills it. */
export function openEnginePool(options: EnginePoolOptions): EnginePool {
  const { drivers, runtimes, clock, logger } = options;
  const engines = new Map<string, PooledEngine & { waits: boolean }>();
  let starting: Promise<void> | null = null;
  let failures = 0;
  let retryAt = 0;
  let closed = false;

  const backOff = (reason: string) => {
    failures += 1;
    const pauseMs = backoffMs(failures, { firstMs: firstBackoffMs, maxMs: options.maxBackoffMs });
    retryAt = clock.monotonicMs() + pauseMs;
    logger.warn({ pauseMs }, `an engine of the pool was lost; replicas start without it: ${reason}`);
  };
  const find = ({ generation, engine }: EngineKind) => {
    const driver = Object.hasOwn(drivers, generation) ? drivers[generation] : undefined;
    const runtime = Object.hasOwn(runtimes, engine) ? runtimes[engine] : undefined;
    return driver?.claim === undefined || runtime?.pool === undefined
      ? null
      : { driver, pool: runtime.pool, runtime };
  };
  const discard = async ({ id, kind }: PooledEngine) => {
    engines.delete(id);
    const driver = find(kind)?.driver;
    if (driver === undefined) return;
    await discardInstance(driver, id).catch((thrown: unknown) => {
      logger.error({ detail: asBeelineError(thrown).detail }, 'an engine of the pool could not be ended');
    });
  };

  async function start(kind: EngineKind): Promise<void> {
    const found = find(kind);
    if (found === null) return;
    const { driver, pool } = found;
    const engine = { id: randomText(12), kind, waits: false };
    engines.set(engine.id, engine);
    const specOf = (socketPath: string) => pool.buildSpec({ socketPath, startTimeoutMs });
    try {
      await mkdir(options.emptyDirectory, { recursive: true, mode: 0o700 });
      if (closed) return;
      await driver.create({
        id: engine.id,
        labels: { location: options.location, pool: kind.engine },
        modelDirectory: options.emptyDirectory,
        command: (inside) => specOf(inside.socketPath),
        ready: specOf('/run/model.sock').ready,
      });
      await driver.start(engine.id, { paused: true });
      engine.waits = true;
      failures = 0;
    } catch (thrown) {
      if (!closed) backOff(asBeelineError(thrown).message);
      if (engines.has(engine.id)) await discard(engine);
    }
  }

  return {
    take(assignment) {
      const kind = kindOf(assignment);
      const runtime = find(kind)?.runtime;
      const waiting = [...engines.values()].find(
        (engine) =>
          engine.waits && engine.kind.engine === kind.engine && engine.kind.generation === kind.generation,
      );
      if (closed || waiting === undefined || runtime === undefined || !isClaimable(runtime, assignment)) {
        return null;
      }
      engines.delete(waiting.id);
      return waiting.id;
    },
    tend(assignments, busy) {
      if (closed) return;
      const plan = planPool({
        wanted: assignments.map(kindOf).filter((kind) => find(kind) !== null),
        engines: [...engines.values()],
        keep: options.keep,
        busy: busy || starting !== null,
        backoffMs: Math.max(0, retryAt - clock.monotonicMs()),
      });
      for (const id of plan.end) {
        const engine = engines.get(id);
        if (engine?.waits === true) void discard(engine);
      }
      if (plan.start === null) return;
      starting = start(plan.start).finally(() => {
        starting = null;
      });
    },
    lose(id) {
      const engine = engines.get(id);
      if (engine?.waits !== true) return;
      backOff('it ended while it waited');
      void discard(engine);
    },
    reportBroken: backOff,
    async close() {
      closed = true;
      await Promise.all([...engines.values()].map(discard));
      await starting;
    },
  };
}

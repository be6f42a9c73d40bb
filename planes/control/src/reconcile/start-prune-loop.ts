import type { Clock, Logger } from '@beeline/core/base';
import { type Loop, startLoop } from '@beeline/core/service';
import { deleteSilentGateways } from '../store/gateways.ts';
import type { Store } from '../store/open-store.ts';
import { pruneExecutions } from '../store/records/executions.ts';
import { pruneLogLines } from '../store/records/logs.ts';
import { executionRetention, logRetention } from '../store/records/retention.ts';

const pauseMs = 60_000;
const hourMs = 3_600_000;

/** Keeps what only grows within its bounds. */
export function startPruneLoop(context: {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}): Loop {
  const { store, clock, logger } = context;
  return startLoop({
    name: 'prune',
    clock,
    logger,
    pauseMs,
    async lap() {
      const nowMs = clock.now();
      await pruneExecutions(store.queries, executionRetention, nowMs);
      await pruneLogLines(store.queries, logRetention, nowMs);
      await deleteSilentGateways(store.queries, nowMs - hourMs);
      await store.reclaimSpace();
    },
  });
}

import { asBeelineError } from '@beeline/core/base';
import { type Loop, startLoop } from '@beeline/core/service';
import type { ControlMetrics } from '../control-metrics.ts';
import { listDueDeployments } from '../store/models.ts';
import { type ReconcileContext, reconcileDeployment } from './reconcile-deployment.ts';

/** How often the queue is looked at when nothing woke the loop. */
const pauseMs = 500;

/** Reconciles every deployment in the queue, again and again; a commit that fills the queue wakes it at once. */
export function startReconcileLoop(context: ReconcileContext & { readonly metrics: ControlMetrics }): Loop {
  const { clock, metrics } = context;
  const loop = startLoop({
    name: 'reconcile',
    clock: context.clock,
    logger: context.logger,
    pauseMs,
    async lap(signal) {
      for (const id of await listDueDeployments(context.store.queries, context.clock.now())) {
        if (signal.aborted) return;
        const startedMs = clock.monotonicMs();
        try {
          await reconcileDeployment(id, context);
          metrics.reconciled(true, clock.monotonicMs() - startedMs);
        } catch (thrown) {
          // One deployment must not keep the others from being looked at.
          metrics.reconciled(false, clock.monotonicMs() - startedMs);
          const error = asBeelineError(thrown);
          context.logger.error(
            { deployment: id, code: error.code, detail: error.detail },
            `a deployment could not be reconciled: ${error.message}`,
          );
        }
      }
    },
  });
  const stopListening = context.store.signals.listen('deployments', () => loop.wake());
  return {
    wake: () => loop.wake(),
    async close() {
      stopListening();
      await loop.close();
    },
  };
}

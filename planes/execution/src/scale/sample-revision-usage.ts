import { isUsageMetric } from '@beeline/core/scaling';
import { driverOf } from '../instances/launch-replica.ts';
import type { LocationContext } from '../instances/location-context.ts';
import type { ServedRevision } from '../instances/served-revision.ts';
import { createUsageSampler } from './usage-sampler.ts';

type Sampling = Pick<LocationContext, 'clock' | 'logger'> & {
  readonly launch: Pick<LocationContext['launch'], 'drivers'>;
};

/** Reads what a revision's ready replicas use, when that is what it scales by; otherwise nobody is asked. */
export async function sampleRevisionUsage(context: Sampling, revision: ServedRevision): Promise<void> {
  const { metric, stableWindowMs } = revision.assignment.scaling;
  if (!isUsageMetric(metric)) {
    revision.usage = null;
    return;
  }
  const sampler = revision.usage?.metric === metric ? revision.usage : createUsageSampler(metric, context);
  revision.usage = sampler;
  const ready = [...revision.replicas.values()].filter(({ state }) => state === 'ready').map(({ id }) => id);
  const stats = (id: string) => driverOf(context.launch, revision.assignment).stats(id);
  await sampler.sample(ready, stats, stableWindowMs);
}

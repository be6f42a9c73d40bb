import type { ScalingMetric } from '../resources/index.ts';
import type { ScalePicture } from './scale-picture.ts';

/** Metrics that are measured on the replicas, not on the requests. */
export type UsageMetric = Extract<ScalingMetric, 'cpu' | 'memory'>;

export function isUsageMetric(metric: ScalingMetric): metric is UsageMetric {
  return metric === 'cpu' || metric === 'memory';
}

/** So close to the target nothing changes, as in Kubernetes' HPA: readings waver. */
const tolerance = 0.1;
/** The last digits of a division must not make a whole replica. */
const round = (value: number) => Number(value.toFixed(9));

const unitOf: Record<UsageMetric, string> = { cpu: '% of a processor', memory: 'MiB' };

interface UsageNeed {
  readonly count: number;
  readonly reason: string;
}

/** What the use of the ready replicas asks for, whoever is there. */
function needForUse({ usage, bounds, replicas }: ScalePicture, metric: UsageMetric): UsageNeed {
  const { ready } = replicas;
  if (ready === 0) return { count: 0, reason: `${metric}: no replica is ready` };
  if (usage === null) return { count: ready, reason: `${metric} is not measured yet: ${ready} ready stay` };
  const [window, total] = usage.panic > usage.stable ? ['panic', usage.panic] : ['stable', usage.stable];
  const what = `${metric} ${Math.round(total)} ${unitOf[metric]} over the ${window} window, target ${bounds.target}`;
  const needed = round(total / bounds.target);
  if (round(Math.abs(needed - ready)) <= round(tolerance * ready))
    return { count: ready, reason: `${what}, within a tenth: ${ready}` };
  const count = Math.ceil(needed);
  return { count, reason: `${what}: ${count}` };
}

/**
 * Replicas for what those that are ready use. Use without requests starts none: it may be what an idle replica always
 * takes, and it keeps others only while somebody came within the stable window. The last is a matter of retention.
 */
export function wantForUsage(picture: ScalePicture, metric: UsageMetric): UsageNeed {
  const { demand, bounds, replicas } = picture;
  const { inFlight, waiting, idleMs } = demand;
  const need = needForUse(picture, metric);
  if (inFlight + waiting === 0) {
    const recent = idleMs !== null && idleMs < bounds.stableWindowMs;
    const count = recent && need.count > 1 ? Math.min(need.count, replicas.live) : 0;
    return { count, reason: `${need.reason}; nobody is there: ${count}` };
  }
  const least = waiting === 0 ? 1 : replicas.ready + 1;
  if (need.count >= least) return need;
  return {
    count: least,
    reason: `${need.reason}; ${inFlight} in flight and ${waiting} waiting need ${least}`,
  };
}

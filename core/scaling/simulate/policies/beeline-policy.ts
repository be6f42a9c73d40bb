import type { ScalingConfig } from '../../../resources/index.ts';
import { decideReplicas } from '../../decide-replicas.ts';
import type { ScaleMemory, ScalePicture, ScalePlan } from '../../scale-picture.ts';
import type { ScalePolicy } from './scale-policy.ts';

/** What a location does: its decision function, asked when a location would ask it. */
export function createBeelinePolicy(
  bounds: ScalingConfig,
  decide: (picture: ScalePicture) => ScalePlan = decideReplicas,
): ScalePolicy {
  let memory: ScaleMemory | null = null;
  let serviceMs: number | null = null;
  return {
    name: 'beeline',
    tickMs: 500,
    looksAtWaiting: true,
    readyAtStart: bounds.minReplicas,
    decide(view) {
      const { nowMs, inFlight, waiting, idleMs, live, ready, startingForMs } = view;
      const reading = view.demand.read(nowMs, bounds.stableWindowMs);
      serviceMs = reading.serviceMs ?? serviceMs;
      const plan = decide({
        nowMs,
        purpose: 'serve',
        proof: 'proved',
        bounds,
        demand: { ...reading, inFlight, waiting, idleMs },
        usage: null,
        replicas: { live, ready, startingForMs },
        learned: { startMs: view.learnedStartMs, serviceMs },
        fullness: 0,
        memory,
      });
      memory = plan.memory;
      return plan.desired;
    },
  };
}

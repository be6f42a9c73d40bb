export { chooseWarmTime, type WarmTime } from './choose-warm-time.ts';
export { decideReplicas } from './decide-replicas.ts';
export {
  createDemandBuckets,
  type DemandBuckets,
  type DemandEntry,
  type DemandHistory,
  type DemandReading,
  type InterruptedHistory,
} from './demand-buckets.ts';
export {
  type InstancesPicture,
  type InstancesPlan,
  planInstances,
  type ReplicaPicture,
  type ReplicaState,
} from './plan-instances.ts';
export type { ScaleMemory, ScalePicture, ScalePlan } from './scale-picture.ts';
export { type ReplicaClaim, shareReplicas } from './share-replicas.ts';
export { parseTrace } from './simulate/parse-trace.ts';
export { createBeelinePolicy } from './simulate/policies/beeline-policy.ts';
export { createHpaPolicy } from './simulate/policies/hpa-policy.ts';
export { createKeepAlivePolicy } from './simulate/policies/keep-alive-policy.ts';
export { createKnativePolicy } from './simulate/policies/knative-policy.ts';
export { createRayServePolicy } from './simulate/policies/ray-serve-policy.ts';
export type { ScalePolicy, SimulatedView } from './simulate/policies/scale-policy.ts';
export {
  runSimulation,
  type SimulationOptions,
  type SimulationResult,
  type SimulationSample,
} from './simulate/run-simulation.ts';
export { type SimulationSummary, summarizeSimulation } from './simulate/summarize-simulation.ts';
export { buildSyntheticTrace, type SyntheticTrace, syntheticTraces } from './simulate/synthetic-trace.ts';
export type { TraceRequest } from './simulate/trace.ts';
export { createUsageWindow, type UsageReading, type UsageWindow } from './usage-window.ts';
export { isUsageMetric, type UsageMetric } from './want-for-usage.ts';

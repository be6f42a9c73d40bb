export { chooseWarmTime, type WarmTime } from './choose-warm-time.ts';
export { decideReplicas } from './decide-replicas.ts';
export { createDemandBuckets, type DemandBuckets, type DemandReading } from './demand-buckets.ts';
export {
  type InstancesPicture,
  type InstancesPlan,
  planInstances,
  type ReplicaPicture,
  type ReplicaState,
} from './plan-instances.ts';
export type { ScaleMemory, ScalePicture, ScalePlan } from './scale-picture.ts';

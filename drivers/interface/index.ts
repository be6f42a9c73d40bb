export { awaitReadiness, probeHealth, type ReadinessOptions } from './await-readiness.ts';
export type { Capabilities } from './capabilities.ts';
export type {
  CheckpointRef,
  ClaimMessage,
  Driver,
  DriverEvent,
  Endpoint,
  InsidePaths,
  Instance,
  InstanceClaim,
  InstanceCommand,
  InstanceExit,
  InstanceSpec,
  InstanceStats,
  LogLine,
  StartedInstance,
  StartOptions,
} from './driver.ts';
export { type InstanceCall, type InstanceState, legalStates, requireLegalState } from './instance-state.ts';
export { sendClaim } from './send-claim.ts';

export type { Applied, ApplyOutcome } from './apply-resource.ts';
export { type Client, type ClientOptions, createClient } from './create-client.ts';
export { foregroundClock } from './foreground-clock.ts';
export type { LogsOptions, ModelCallOptions, ModelCalls } from './model-calls.ts';
export { readRunError } from './read-error-response.ts';
export type {
  CallOptions,
  EnvironmentCalls,
  LocationCalls,
  PolicyCalls,
  ResourceCalls,
} from './resource-calls.ts';
export type { RunOptions } from './run-model.ts';

export {
  type ClientConfig,
  formatClientConfig,
  parseClientConfig,
  type WorkspaceCredentials,
  type WorkspaceEntry,
} from './client-config.ts';
export {
  clientConfigName,
  type LoadedClientConfig,
  loadClientConfig,
  saveCredentials,
} from './client-config-file.ts';
export {
  credentialHeaderNames,
  type HeaderLookup,
  lookUpIn,
  readCredential,
  readWorkspaceName,
} from './credentials.ts';
export {
  type ApiErrorBody,
  apiErrorBody,
  type ErrorOrigin,
  type PlatformErrorBody,
  platformErrorBody,
  platformErrorHeaders,
} from './error-bodies.ts';
export { createFeedClient, type FeedClient, type FeedClientOptions } from './feed-client.ts';
export {
  type AssignmentsMessage,
  type ExecutionRecord,
  type ExecutionsMessage,
  type ExecutionTimings,
  feedPaths,
  type KeyEntry,
  type LogLineMessage,
  type LogsMessage,
  type ObservedMessage,
  type ObservedRevision,
  type ObservedScaling,
  type ReplicaCounts,
  type RevisionAssignment,
  type RevisionFailure,
  type RouteEntry,
  type RoutesMessage,
  type RouteTarget,
  type ScalingChange,
} from './feed-messages.ts';
export {
  formatWait,
  type IngressReport,
  ingressHeaderNames,
  ingressHeaders,
  ingressReadyPath,
  readIngressReport,
} from './ingress-headers.ts';
export type {
  AcquireRequest,
  Lease,
  LeaseOutcome,
  LeaseWait,
  LocationPort,
  UpstreamTarget,
} from './location-port.ts';
export { makeDirectory } from './make-directory.ts';
export { digestFiles, hashFile } from './model-files/digest-files.ts';
export { type ListedFile, listFiles, type ModelFileLimits } from './model-files/list-files.ts';
export { type ManifestFile, manifestDigest } from './model-files/manifest.ts';
export { type ModelMetricsBody, modelMetricsBody } from './rest/metrics-body.ts';
export {
  type ApiKeyBody,
  apiKeyBody,
  apiKeyRequest,
  type ConfigurationBody,
  configurationBody,
  errorBody,
  executionBody,
  type LogLineBody,
  logLineBody,
  type PolicyUsagesBody,
  policyUsagesBody,
  type WorkspaceBody,
  workspaceBody,
} from './rest/record-bodies.ts';
export {
  environmentBody,
  locationBody,
  modelBody,
  policyBody,
  revisionBody,
} from './rest/resource-bodies.ts';
export { formatProgress, parseProgress, type WakeProgress } from './wake-progress.ts';

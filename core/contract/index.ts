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
export {
  type AssignmentsMessage,
  type RevisionAssignment,
  readAssignmentsMessage,
} from './feeds/assignments-message.ts';
export {
  type ExecutionRecord,
  type ExecutionsMessage,
  type ExecutionTimings,
  readExecutionsMessage,
} from './feeds/executions-message.ts';
export { type FailureCode, failureCodes, mayPass } from './feeds/failure-codes.ts';
export {
  createFeedClient,
  type FeedClient,
  type FeedClientOptions,
  type OnRefused,
} from './feeds/feed-client.ts';
export { feedPaths, type MessageKind } from './feeds/feed-paths.ts';
export { type LogLineMessage, type LogsMessage, readLogsMessage } from './feeds/logs-message.ts';
export {
  type ObservedMessage,
  type ObservedRevision,
  type ObservedScaling,
  type ReplicaCounts,
  type RevisionFailure,
  readObservedMessage,
  type ScalingChange,
} from './feeds/observed-message.ts';
export { buildPushAnswer } from './feeds/push-answer.ts';
export type { MessageReader, ReadMessage, RefusedItem } from './feeds/read-message.ts';
export {
  type KeyEntry,
  type RouteEntry,
  type RoutesMessage,
  type RouteTarget,
  readRoutesMessage,
} from './feeds/routes-message.ts';
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
export {
  type SecretsKeysBody,
  type SecretsRotationBody,
  secretsKeysBody,
  secretsRotationBody,
} from './rest/secrets-body.ts';
export { parseUserYaml, type UserYaml, valuesOf } from './user-files/parse-user-yaml.ts';
export {
  describeFileError,
  readUserFile,
  readUserText,
  textOf,
  type UserFile,
} from './user-files/read-user-file.ts';
export { yamlLimits, yamlLimitTexts } from './user-files/yaml-limits.ts';
export { formatProgress, parseProgress, type WakeProgress } from './wake-progress.ts';

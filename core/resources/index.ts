export { brokenSizeRule, documentLimits } from './document-limits.ts';
export {
  builtInEnvironments,
  defaultEnvironment,
  type Environment,
  type EnvironmentInput,
  environmentSchema,
} from './environment/schema.ts';
export { parseEnvironment } from './environment/validate.ts';
export { type Flavor, flavorSchema } from './flavor.ts';
export { acceptedApiVersions, apiVersion, findKind, type KindNames, kinds } from './kinds.ts';
export type { Location } from './location/resource.ts';
export { type Metadata, type MetadataInput, metadataSchema, resourceName } from './metadata.ts';
export { completeModelSpec, defaultModelSpec, type ModelSpec } from './model/defaults.ts';
export { type EnvNameRule, loaderEnvNames, processEnvNames } from './model/env-name-tables.ts';
export { loaderReason } from './model/env-names.ts';
export {
  planEnvs,
  type SecretIds,
  showModelSpec,
  type TakenSecrets,
  takeSecretValues,
} from './model/envs.ts';
export {
  enterPhase,
  type ModelLifecycle,
  type ModelPhase,
  newModelLifecycle,
} from './model/lifecycle.ts';
export { parseFileOrigin } from './model/parse-file-origin.ts';
export type { Model, ModelObserved, ModelScaling, Revision } from './model/resource.ts';
export {
  type ModelInput,
  type ModelSpecInput,
  type ModelTask,
  modelSchema,
  modelSpecSchema,
  modelTasks,
  type ScalingMetric,
} from './model/schema.ts';
export {
  buildDrainTimeoutMs,
  buildRevisionTemplate,
  buildScalingConfig,
  completeRevisionTemplate,
  isSameTemplate,
  type RevisionTemplate,
  revisionTemplateSchema,
  type ScalingConfig,
  scalingConfigSchema,
} from './model/template.ts';
export { parseModel } from './model/validate.ts';
export {
  type Policy,
  type PolicyInput,
  type PolicySpec,
  policySchema,
  policySpecSchema,
  policyTypes,
} from './policy/schema.ts';
export { parsePolicy } from './policy/validate.ts';
export {
  createDocumentParser,
  createParser,
  describeReceived,
  type ParseResult,
} from './schema-violations.ts';
export { type Condition, type ResourceEvent, type ResourceStatus, resourceStatuses } from './status.ts';

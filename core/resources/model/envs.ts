import { BeelineError, type FieldViolation, Secret } from '../../base/index.ts';
import { repeatedEntries } from '../repeated-entries.ts';
import type { ModelSpec } from './defaults.ts';
import { judgeEnvName } from './env-names.ts';
import type { ModelSpecInput } from './schema.ts';

/** A variable whose value everybody may read. */
export interface PlainEnv {
  readonly name: string;
  readonly value: string;
}

/** A variable whose value is kept sealed, apart from the spec. */
export interface SecretEnv {
  readonly name: string;
  readonly secret: true;
  /** Names the sealed value; another value has another id. */
  readonly id: string;
}

/** A variable as the store keeps it. */
export type ModelEnv = PlainEnv | SecretEnv;

/** A variable as a user writes it, and as the API gives it back. */
export type WrittenEnv = NonNullable<ModelSpecInput['runtime']['envs']>[number];

/** Ids of sealed values by the name of their variable. */
export type SecretIds = Readonly<Record<string, string>>;

/** Stands for a value that is never given back; whoever sends it back keeps the value. */
export const hiddenValue = '***';

export const isSecretEnv = (env: ModelEnv): env is SecretEnv => 'id' in env;

/** Variables as they are stored, in the order in which they were written. */
export function completeEnvs(envs: readonly WrittenEnv[], ids: SecretIds): readonly ModelEnv[] {
  return envs.map(({ name, value, secret = false }) => {
    if (!secret) return { name, value };
    const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
    if (id !== undefined) return { name, secret, id };
    throw new BeelineError('INTERNAL_ERROR', { message: `the secret value of ${name} was not sealed` });
  });
}

/** The last of each name, in the order of the list. */
const distinctBy = <T>(list: readonly T[], nameOf: (entry: T) => string): readonly T[] =>
  list.filter((entry, index) => !list.slice(index + 1).some((later) => nameOf(later) === nameOf(entry)));

/** A stored spec as it is shown: as it counts, where an earlier version took entries twice. */
export function showModelSpec(spec: ModelSpec): ModelSpec<WrittenEnv> {
  const envs = distinctBy(spec.runtime.envs, ({ name }) => name).map((env) =>
    isSecretEnv(env) ? { name: env.name, value: hiddenValue, secret: true, version: env.id } : env,
  );
  return {
    ...spec,
    policies: distinctBy(spec.policies, (name) => name),
    flavors: distinctBy(spec.flavors, ({ name, type }) => `${type} ${name}`),
    runtime: { ...spec.runtime, envs },
  };
}

/** A spec whose secret values were taken out of it. */
export interface TakenSecrets {
  readonly spec: ModelSpecInput;
  /** By the name of the variable; one that is to keep what it has is not here. */
  readonly values: ReadonlyMap<string, Secret>;
}

/** Takes secret values out of a spec; `***` stands for them then. */
export function takeSecretValues(spec: ModelSpecInput): TakenSecrets {
  const values = new Map<string, Secret>();
  const { envs } = spec.runtime;
  if (envs === undefined) return { spec, values };
  const hidden = envs.map((env) => {
    if (env.secret !== true) return env;
    if (env.value !== hiddenValue) values.set(env.name, new Secret(env.value));
    return { ...env, value: hiddenValue };
  });
  return { spec: { ...spec, runtime: { ...spec.runtime, envs: hidden } }, values };
}

/** What to do about the variables of a deployment. */
export interface EnvsPlan {
  readonly violations: readonly FieldViolation[];
  /** Those that stay as they are. */
  readonly kept: SecretIds;
  /** Those that were sent: with the id of the value that the variable has now, or null. */
  readonly sent: readonly { readonly name: string; readonly value: Secret; readonly before: string | null }[];
}

type Violation = Omit<FieldViolation, 'field'>;

/** Why `***` cannot keep a value; null when it can. */
function refuseToKeep({ name, secret, version }: WrittenEnv, id: string | null): Violation | null {
  if (id === null) {
    return {
      rule: `is ${hiddenValue}, which keeps a value that is stored, and ${name} has none`,
      hint: 'send the value',
    };
  }
  if (secret !== true) {
    return {
      rule: `is ${hiddenValue} without secret: true`,
      hint: 'add secret: true to keep the value that is stored, or send another one',
    };
  }
  if (version === undefined || version === id) return null;
  return {
    rule: `keeps version ${version}, and the value has changed since (now ${id})`,
    hint: 'read the model again, or remove version to keep what is stored now',
  };
}

/**
 * Names that may not be set, and names that are there twice.
 * @param stored Variables that the deployment has already: one that stays as it is stays allowed, so that a deployment
 * of a version that allowed it can still be changed, and stopped.
 */
export function judgeEnvs(
  { envs = [], generation = 'process' }: ModelSpecInput['runtime'],
  stored: readonly ModelEnv[] = [],
): readonly FieldViolation[] {
  const isStored = ({ name, value }: WrittenEnv) =>
    stored.some((env) => !isSecretEnv(env) && env.name === name && env.value === value);
  const names = envs.flatMap((env, index) => {
    const judgement = isStored(env) ? null : judgeEnvName[generation](env.name);
    if (judgement === null) return [];
    const field = `spec.runtime.envs[${index}].name`;
    return [{ field, received: JSON.stringify(env.name), ...judgement }];
  });
  const repeated = repeatedEntries(
    'spec.runtime.envs[].name',
    envs.map(({ name }) => name),
  );
  return [...repeated, ...names];
}

/** Decides which secret values of a deployment stay, and which have to be sealed; judges the variables. */
export function planEnvs({ spec, values }: TakenSecrets, stored: readonly ModelEnv[]): EnvsPlan {
  const before = new Map(stored.filter(isSecretEnv).map(({ name, id }) => [name, id]));
  const violations: FieldViolation[] = [...judgeEnvs(spec.runtime, stored)];
  const kept = new Map<string, string>();
  const sent: { name: string; value: Secret; before: string | null }[] = [];
  for (const [index, env] of (spec.runtime.envs ?? []).entries()) {
    const { name, secret } = env;
    const [value, id] = [values.get(name), before.get(name) ?? null];
    if (secret === true && value !== undefined) {
      sent.push({ name, value, before: id });
      continue;
    }
    if (env.value !== hiddenValue || (secret !== true && id === null)) continue;
    const refusal = refuseToKeep(env, id);
    if (refusal !== null) violations.push({ field: `spec.runtime.envs[${index}].value`, ...refusal });
    else if (id !== null) kept.set(name, id);
  }
  return { violations, kept: Object.fromEntries(kept), sent };
}

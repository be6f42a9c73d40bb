import { BeelineError } from '@beeline/core/base';
import {
  defaultEnvironment,
  defaultModelSpec,
  type Environment,
  type Model,
  type ModelInput,
  type Policy,
  parseEnvironment,
  parseModel,
  parsePolicy,
  showModelSpec,
  takeSecretValues,
} from '@beeline/core/resources';

type Stored = Model | Environment | Policy;
type Query = Readonly<Record<string, string>>;

const firstInstant = '2025-01-01T00:00:00.000Z';

/** The objects of the fake platform, behaving as the control API documents. */
export interface FakeStore {
  /** Status that a new or changed model gets. */
  modelStatus: Model['status'];
  list(plural: string, query: Query): readonly Stored[];
  get(plural: string, name: string, query: Query): Stored;
  create(plural: string, input: unknown): Stored;
  update(plural: string, name: string, input: unknown): Stored;
  delete(plural: string, name: string, query: Query): Stored;
  /** Changes a model as the platform itself would. */
  observe(name: string, environment: string, change: Partial<Model>): void;
}

const keyOf = (plural: string, name: string, environment: string | undefined) =>
  plural === 'models' ? `${plural}/${name}/${environment ?? defaultEnvironment}` : `${plural}/${name}`;

function buildModel(origin: string, input: ModelInput, status: Model['status'], before?: Model): Model {
  const { name, environment = defaultEnvironment, displayName = name, labels = {} } = input.metadata;
  const taken = takeSecretValues(input.spec);
  const ids = Object.fromEntries((input.spec.runtime.envs ?? []).map(({ name }) => [name, 'sec_1']));
  const spec = showModelSpec(defaultModelSpec(taken.spec, ids));
  const changed = before === undefined || JSON.stringify(before.spec) !== JSON.stringify(spec);
  const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0);
  const revision = `rev_${generation}`;
  return {
    metadata: {
      ...metadataOf(name, displayName, labels, generation),
      environment,
      url: `${origin}/default/models/${name}`,
    },
    spec,
    status: spec.enabled ? status : 'DEACTIVATED',
    events: [],
    observed: {
      generation,
      activeRevision: revision,
      latestRevision: revision,
      replicas: { starting: 0, ready: 0, draining: 0 },
      conditions: [],
      scaling: [],
    },
  };
}

const metadataOf = (
  name: string,
  displayName: string,
  labels: Readonly<Record<string, string>>,
  generation: number,
) => ({
  name,
  displayName,
  labels,
  workspace: 'default',
  generation,
  createdAt: firstInstant,
  createdBy: 'key_1',
  updatedAt: firstInstant,
  updatedBy: 'key_1',
});

function build(
  origin: string,
  plural: string,
  input: unknown,
  status: Model['status'],
  before?: Stored,
): Stored {
  if (plural === 'models') return buildModel(origin, parseModel(input), status, before as Model | undefined);
  const { metadata, spec } = plural === 'policies' ? parsePolicy(input) : parseEnvironment(input);
  const generation = (before?.metadata.generation ?? 0) + 1;
  return {
    metadata: metadataOf(
      metadata.name,
      metadata.displayName ?? metadata.name,
      metadata.labels ?? {},
      generation,
    ),
    spec: spec ?? { policies: [] },
    status: 'DEPLOYED',
    events: [],
  } as Environment | Policy;
}

interface NamedInput {
  readonly metadata: { readonly name: string; readonly environment?: string; readonly generation?: number };
}

export function createFakeStore(origin: string): FakeStore {
  const objects = new Map<string, Stored>();
  const find = (plural: string, name: string, environment: string | undefined): Stored => {
    const found = objects.get(keyOf(plural, name, environment));
    if (found !== undefined) return found;
    throw new BeelineError('RESOURCE_NOT_FOUND', {
      message: `there is no ${plural} object "${name}"; check the name and the environment`,
    });
  };
  const store: FakeStore = {
    modelStatus: 'DEPLOYED',
    list: (plural, query) =>
      [...objects]
        .filter(([key]) => key.startsWith(`${plural}/`))
        .filter(([key]) => query.environment === undefined || key.endsWith(`/${query.environment}`))
        .map(([, value]) => value),
    get: (plural, name, query) => find(plural, name, query.environment),
    create(plural, input) {
      const { name, environment } = (input as NamedInput).metadata;
      const key = keyOf(plural, name, environment);
      if (objects.has(key))
        throw new BeelineError('RESOURCE_CONFLICT', { message: `${name} exists already` });
      objects.set(key, build(origin, plural, input, store.modelStatus));
      return find(plural, name, environment);
    },
    update(plural, name, input) {
      const { environment, generation } = (input as NamedInput).metadata;
      const before = find(plural, name, environment);
      if (generation !== undefined && generation !== before.metadata.generation) {
        throw new BeelineError('RESOURCE_CONFLICT', { message: `${name} changed since it was read` });
      }
      objects.set(keyOf(plural, name, environment), build(origin, plural, input, store.modelStatus, before));
      return find(plural, name, environment);
    },
    delete(plural, name, query) {
      const found = find(plural, name, query.environment);
      objects.delete(keyOf(plural, name, query.environment));
      return found;
    },
    observe(name, environment, change) {
      const model = find('models', name, environment) as Model;
      objects.set(keyOf('models', name, environment), { ...model, ...change });
    },
  };
  return store;
}

import type {
  Environment,
  EnvironmentInput,
  Location,
  Metadata,
  Policy,
  PolicyInput,
} from '@beeline/core/resources';
import { type Applied, applyResource } from './apply-resource.ts';
import type { Connection } from './open-connection.ts';
import { readAllPages } from './read-all-pages.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The calls that every kind with a spec has. Each rejects with BeelineError. */
export interface ResourceCalls<Input, Resource> {
  /** All of them, however many pages that takes. */
  list(options?: CallOptions): Promise<readonly Resource[]>;
  get(name: string, options?: CallOptions): Promise<Resource>;
  create(input: Input, options?: CallOptions): Promise<Resource>;
  update(input: Input, options?: CallOptions): Promise<Resource>;
  /** Creates or updates, whichever it takes. */
  apply(input: Input, options?: CallOptions): Promise<Applied<Resource>>;
  delete(name: string, options?: CallOptions): Promise<void>;
}

function resourceCalls<
  Input extends { readonly metadata: { readonly name: string } },
  Resource extends { readonly metadata: Metadata; readonly spec: unknown },
>(connection: Connection, plural: string): ResourceCalls<Input, Resource> {
  const pathOf = (name: string) => `/${plural}/${encodeURIComponent(name)}`;
  const calls: ResourceCalls<Input, Resource> = {
    list: (options = {}) => readAllPages(connection, { path: `/${plural}`, ...options }),
    get: (name, options = {}) =>
      connection.call({ method: 'GET', path: pathOf(name), answer: 'object', ...options }),
    create: (input, options = {}) =>
      connection.call({ method: 'POST', path: `/${plural}`, body: input, answer: 'object', ...options }),
    update: (input, options = {}) =>
      connection.call({
        method: 'PUT',
        path: pathOf(input.metadata.name),
        body: input,
        answer: 'object',
        ...options,
      }),
    apply: (input, options) =>
      applyResource({
        read: () => calls.get(input.metadata.name, options),
        update: () => calls.update(input, options),
        create: () => calls.create(input, options),
      }),
    async delete(name, options = {}) {
      await connection.call({ method: 'DELETE', path: pathOf(name), answer: 'nothing', ...options });
    },
  };
  return calls;
}

export type EnvironmentCalls = ResourceCalls<EnvironmentInput, Environment>;
export type PolicyCalls = ResourceCalls<PolicyInput, Policy>;

export const environmentCalls = (connection: Connection): EnvironmentCalls =>
  resourceCalls(connection, 'environments');

export const policyCalls = (connection: Connection): PolicyCalls => resourceCalls(connection, 'policies');

/** Locations join by themselves; they can only be read. */
export interface LocationCalls {
  list(options?: CallOptions): Promise<readonly Location[]>;
}

export const locationCalls = (connection: Connection): LocationCalls => ({
  list: (options = {}) => connection.call({ method: 'GET', path: '/locations', answer: 'list', ...options }),
});

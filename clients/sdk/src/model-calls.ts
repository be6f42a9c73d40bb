import type { ExecutionRecord, LogLineBody, ModelMetricsBody } from '@beeline/core/contract';
import type { Model, ModelInput, Revision } from '@beeline/core/resources';
import { type Applied, applyResource } from './apply-resource.ts';
import type { AnswerShape, Connection } from './open-connection.ts';
import { readAllPages } from './read-all-pages.ts';
import type { CallOptions } from './resource-calls.ts';

export interface ModelCallOptions extends CallOptions {
  /** Name of an environment; absent: `production` where one object is asked for, all of them in a list. */
  readonly environment?: string | undefined;
}

export interface LogsOptions extends ModelCallOptions {
  /** Id of the last line that is known: only later ones come. */
  readonly after?: string | undefined;
  /** RFC 3339: only lines from then on. */
  readonly start?: string | undefined;
  /** Instead of it: so far back by the platform's clock, such as `15m`. */
  readonly period?: string | undefined;
  readonly limit?: number | undefined;
}

export interface MetricsOptions extends ModelCallOptions {
  /** RFC 3339. */
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  /** Instead of `start`: so far back from the end by the platform's clock, such as `15m`. */
  readonly period?: string | undefined;
}

export interface ModelCalls {
  /** All of them, however many pages that takes. */
  list(options?: ModelCallOptions): Promise<readonly Model[]>;
  get(name: string, options?: ModelCallOptions): Promise<Model>;
  create(input: ModelInput, options?: CallOptions): Promise<Model>;
  /** The environment is that of `metadata.environment`. */
  update(input: ModelInput, options?: CallOptions): Promise<Model>;
  apply(input: ModelInput, options?: CallOptions): Promise<Applied<Model>>;
  /** Without an environment it is refused when the model is deployed in several. */
  delete(name: string, options?: ModelCallOptions): Promise<void>;
  /** The newest first. */
  revisions(name: string, options?: ModelCallOptions): Promise<readonly Revision[]>;
  /** The oldest first: the last ones, or those after a line that is known. */
  logs(name: string, options?: LogsOptions): Promise<readonly LogLineBody[]>;
  /** The newest first. */
  executions(
    name: string,
    options?: ModelCallOptions & { readonly limit?: number | undefined },
  ): Promise<readonly ExecutionRecord[]>;
  /** Over a window: the last 24 hours unless told otherwise. */
  metrics(name: string, options?: MetricsOptions): Promise<ModelMetricsBody>;
}

export function modelCalls(connection: Connection): ModelCalls {
  const pathOf = (name: string, below = '') => `/models/${encodeURIComponent(name)}${below}`;
  const read = <T>(answer: AnswerShape, path: string, { signal, ...query }: LogsOptions = {}) =>
    connection.call<T>({ method: 'GET', path, query: { ...query }, answer, signal });

  const calls: ModelCalls = {
    list: ({ environment, signal } = {}) =>
      readAllPages(connection, { path: '/models', query: { environment }, signal }),
    get: (name, options) => read('object', pathOf(name), options),
    create: (input, options = {}) =>
      connection.call({ method: 'POST', path: '/models', body: input, answer: 'object', ...options }),
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
        read: () => calls.get(input.metadata.name, { ...options, environment: input.metadata.environment }),
        update: () => calls.update(input, options),
        create: () => calls.create(input, options),
      }),
    async delete(name, { environment, signal } = {}) {
      await connection.call({
        method: 'DELETE',
        path: pathOf(name),
        query: { environment },
        answer: 'nothing',
        signal,
      });
    },
    revisions: (name, options) => read('list', pathOf(name, '/revisions'), options),
    logs: (name, options) => read('list', pathOf(name, '/logs'), options),
    executions: (name, options) => read('list', pathOf(name, '/executions'), options),
    metrics: (name, options) => read('object', pathOf(name, '/metrics'), options),
  };
  return calls;
}

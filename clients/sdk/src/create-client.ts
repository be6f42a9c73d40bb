import type { Clock, Secret } from '@beeline/core/base';
import type {
  ExecutionRecord,
  SecretsKeysBody,
  SecretsRotationBody,
  WorkspaceBody,
} from '@beeline/core/contract';
import { foregroundClock } from './foreground-clock.ts';
import { type ModelCalls, modelCalls } from './model-calls.ts';
import { openConnection } from './open-connection.ts';
import {
  type CallOptions,
  type EnvironmentCalls,
  environmentCalls,
  type LocationCalls,
  locationCalls,
  type PolicyCalls,
  policyCalls,
} from './resource-calls.ts';
import { type RunOptions, runModel } from './run-model.ts';

export interface ClientOptions {
  /** Address of the control API with its version: `http://127.0.0.1:8787/v0`. */
  readonly apiUrl: string;
  /** Address of the inference endpoint, without a path: `http://127.0.0.1:8787`. */
  readonly runUrl: string;
  readonly apiKey: Secret;
  readonly workspace: string;
  /** Longest time for one call to the control API; 30 seconds when absent. Inference is not limited by it. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** Everything a program can ask of a platform, for one workspace. */
export interface Client {
  readonly models: ModelCalls;
  readonly environments: EnvironmentCalls;
  readonly policies: PolicyCalls;
  readonly locations: LocationCalls;
  /** For admins: the keys that secret values are sealed with. */
  readonly secrets: {
    keys(options?: CallOptions): Promise<SecretsKeysBody>;
    rotate(options?: CallOptions): Promise<SecretsRotationBody>;
  };
  readonly workspaces: { get(name: string, options?: CallOptions): Promise<WorkspaceBody> };
  readonly executions: { get(id: string, options?: CallOptions): Promise<ExecutionRecord> };
  /** Sends one request to a model: see runModel. */
  run(model: string, options?: RunOptions): Promise<Response>;
}

/** Makes a client; nothing is sent before the first call. */
export function createClient(options: ClientOptions): Client {
  const connection = openConnection({
    apiUrl: options.apiUrl,
    apiKey: options.apiKey,
    workspace: options.workspace,
    timeoutMs: options.timeoutMs ?? 30_000,
    clock: options.clock ?? foregroundClock,
  });
  const readOne =
    <T>(plural: string) =>
    (name: string, call: CallOptions = {}) =>
      connection.call<T>({
        method: 'GET',
        path: `/${plural}/${encodeURIComponent(name)}`,
        answer: 'object',
        ...call,
      });
  return {
    models: modelCalls(connection),
    environments: environmentCalls(connection),
    policies: policyCalls(connection),
    locations: locationCalls(connection),
    secrets: {
      keys: (call = {}) =>
        connection.call({ method: 'GET', path: '/secrets_keys', answer: 'object', ...call }),
      rotate: (call = {}) =>
        connection.call({ method: 'POST', path: '/secrets_keys/rotate', answer: 'object', ...call }),
    },
    workspaces: { get: readOne<WorkspaceBody>('workspaces') },
    executions: { get: readOne<ExecutionRecord>('executions') },
    run: (model, run) => runModel(options, model, run),
  };
}

import { type Clock, Secret, silentLogger } from '@beeline/core/base';
import { builtInEnvironments } from '@beeline/core/resources';
import { createMetrics } from '@beeline/core/service';
import { createApiKey, madeByPlatform } from '../api/access/create-api-key.ts';
import { createControlMetrics } from '../control-metrics.ts';
import { buildControlServer } from '../create-control-plane.ts';
import type { Store } from '../store/open-store.ts';
import { ensureWorkspace } from '../store/workspaces.ts';
import { testSecretKeys } from './test-secret-keys.ts';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface TestRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly path: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  /** An admin of the workspace `default` unless told otherwise; null sends no key. */
  readonly key?: Secret | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every route of control over a store, without a port and without loops. */
export interface TestApi {
  readonly admin: Secret;
  readonly member: Secret;
  /** A key that the platform made by itself. */
  readonly owner: Secret;
  send(request: TestRequest): Promise<TestAnswer>;
  close(): Promise<void>;
}

export async function openTestApi(store: Store, clock: Clock): Promise<TestApi> {
  await ensureWorkspace(store, 'default', builtInEnvironments, clock.now());
  const app = await buildControlServer(
    {
      store,
      clock,
      logger: silentLogger,
      secretKeys: testSecretKeys(),
      internalToken: new Secret('internal-token-of-a-test'),
      publicUrl: 'http://run.test',
      localLocation: null,
      originRules: { roots: ['/models'], forbidden: ['/etc'] },
    },
    new AbortController().signal,
    createControlMetrics(createMetrics(), () => clock.now()),
    () => {},
    { whenRouted: async () => {}, whenTaken: async () => {} }, // no loop runs here, and no gateway pulls
  );
  const newKey = async (role: 'admin' | 'member', createdBy = 'test') => {
    const key = { name: role, workspaces: ['default'], role, expiresAt: null, createdBy };
    return (await createApiKey(store, key, clock.now())).token;
  };
  const admin = await newKey('admin');
  return {
    admin,
    member: await newKey('member'),
    owner: await newKey('admin', madeByPlatform),
    async send({ method = 'GET', path, body, key = admin, headers = {} }) {
      const response = await app.inject({
        method,
        url: path,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key.reveal()}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = response.body;
      return {
        status: response.statusCode,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      };
    },
    close: () => app.close(),
  };
}

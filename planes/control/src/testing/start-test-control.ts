import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, Secret, silentLogger, systemClock } from '@beeline/core/base';
import { createFeedClient, type FeedClient } from '@beeline/core/contract';
import { createApiKey } from '../api/access/create-api-key.ts';
import { createControlPlane } from '../create-control-plane.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { Store } from '../store/open-store.ts';
import { testSecretKeys } from './test-secret-keys.ts';

const token = new Secret('internal-token-of-a-test');

export interface TestControl {
  readonly url: string;
  readonly internalToken: Secret;
  feed(name: string, internalToken?: Secret): FeedClient;
  /** What those feeds were told was set aside: `logs: lines[3] at must be integer`. */
  readonly refused: readonly string[];
  /** Calls the public API as an admin of the workspace `default`. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A control plane that listens on a free port. */
export async function startTestControl(
  store: Store,
  options: {
    readonly clock?: Clock;
    readonly localLocation?: string | null;
    readonly secretKeys?: SecretKeys;
  } = {},
): Promise<TestControl> {
  const clock = options.clock ?? systemClock;
  const refused: string[] = [];
  const local = options.localLocation === undefined ? 'local' : options.localLocation;
  const control = await createControlPlane({
    store,
    clock,
    logger: silentLogger,
    secretKeys: options.secretKeys ?? testSecretKeys(),
    internalToken: token,
    publicUrl: 'http://run.test',
    localLocation:
      local === null ? null : { name: local, displayName: 'Here', country: null, continent: null },
  });
  const server = createServer((request, response) => control.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = {
    name: 'test',
    workspaces: ['default'],
    role: 'admin',
    expiresAt: null,
    createdBy: 'test',
  } as const;
  const { token: admin } = await createApiKey(store, key, clock.now());
  return {
    url,
    internalToken: token,
    feed: (name, internalToken = token) =>
      createFeedClient({
        controlUrl: url,
        token: internalToken,
        name,
        onRefused: (feed, items) =>
          refused.push(...items.map(({ item, rule }) => `${feed}: ${item} ${rule}`)),
      }),
    refused,
    async call(method, path, body, headers = {}) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${admin.reveal()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      };
    },
    async close() {
      await control.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

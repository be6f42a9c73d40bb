import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createApiKey,
  createControlPlane,
  madeByPlatform,
  openSecretKeys,
  openStore,
} from '@beeline/control';
import { Secret, silentLogger, systemClock } from '@beeline/core/base';
import { createFeedClient } from '@beeline/core/contract';
import { compileConfig } from '@beeline/core/service';
import { waitFor } from '@beeline/core/testing';
import { createGateway, gatewaySettings, listenForGateway } from '@beeline/data';
import { createLocation } from '@beeline/execution';
import { type Client, createClient } from '@beeline/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, sentimentModel, waitForStatus, waitForZero } from './start-test-platform.ts';

async function listen(server: NetServer, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Control on a port of its own; gateway and location on another, so that control can go and come alone. */
async function startSeparately() {
  const directory = await mkdtemp(join(tmpdir(), 'beeline-apart-'));
  const token = new Secret(randomBytes(16).toString('hex'));
  const common = { clock: systemClock, logger: silentLogger };
  const onRefused = () => {
    throw new Error('nothing of a feed is refused here');
  };
  const gatewayConfig = compileConfig(gatewaySettings, { env: {} });
  const listener = listenForGateway(
    { handle: (request) => gateway.handle(request) },
    gatewayConfig,
    systemClock,
  );
  const runUrl = `http://127.0.0.1:${await listen(listener.server)}`;

  async function startControl(port: number) {
    const store = await openStore({ dataDir: join(directory, 'control') });
    const localLocation = { name: 'here', displayName: 'Here', country: null, continent: null };
    const keys = { secretsKey: null, secretsKeyFile: null, dataDir: join(directory, 'control') };
    const control = await createControlPlane({
      ...common,
      store,
      secretKeys: await openSecretKeys(store, keys, silentLogger),
      internalToken: token,
      publicUrl: runUrl,
      localLocation,
    });
    const server = createServer((request, response) => control.handle(request, response));
    return { store, control, server, port: await listen(server, port) };
  }
  let running = await startControl(0);
  async function stopControl(): Promise<void> {
    await running.control.close();
    await closeServer(running.server);
    await running.store.close();
  }
  const controlPort = running.port;
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  const newKey = {
    name: 'test',
    workspaces: ['default'],
    role: 'admin',
    expiresAt: null,
    createdBy: madeByPlatform,
  } as const;
  const key = await createApiKey(running.store, newKey, Date.now());
  const location = await createLocation({
    ...common,
    name: 'here',
    directory: join(directory, 'location'),
    feeds: createFeedClient({ controlUrl, token, name: 'here', onRefused }),
    flavors: [{ name: 'x86', type: 'cpu' }],
  });
  const gateway = await createGateway({
    ...common,
    name: 'gate',
    directory: join(directory, 'gateway'),
    feeds: createFeedClient({ controlUrl, token, name: 'gate', onRefused }),
    locations: [location.port],
    config: gatewayConfig,
  });
  return {
    client: createClient({ apiUrl: `${controlUrl}/v0`, runUrl, apiKey: key.token, workspace: 'default' }),
    stopControl,
    async startControl() {
      running = await startControl(controlPort);
    },
    async close() {
      await gateway.close();
      const closed = listener.close();
      listener.cut();
      await closed;
      await location.close();
      await stopControl();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe('while control is away', () => {
  let parts: Awaited<ReturnType<typeof startSeparately>>;
  let client: Client;
  beforeAll(async () => {
    parts = await startSeparately();
    client = parts.client;
    const { metadata, spec } = sentimentModel({
      name: 'steady',
      scaling: { lastPodRetentionPeriod: '300ms' },
    });
    // Its replicas do not start without the value, and the location has it without control.
    const envs = [{ name: 'TOKEN', value: 'not-for-eyes', secret: true }];
    await client.models.apply({ metadata, spec: { ...spec, runtime: { ...spec.runtime, envs } } });
    await waitForStatus(client, 'steady', 'DEPLOYED');
    await waitForZero(client, 'steady');
    await parts.stopControl();
  });
  afterAll(() => parts.close());

  const executions: string[] = [];

  it('calls are answered, from zero too', async () => {
    for (let call = 0; call < 3; call += 1) {
      const answer = await ask(client, 'steady', 'I love this');
      expect(answer.status).toBe(200);
      executions.push(answer.execution);
    }
  });

  it('and when it is back it learns of the calls that it missed', async () => {
    await parts.startControl();
    for (const id of executions) {
      const record = await waitFor('the record', () => client.executions.get(id), 30_000);
      expect(record.status).toBe(200);
    }
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, silentLogger, systemClock } from '@beeline/core/base';
import type { LocationPort, RouteEntry, RoutesMessage } from '@beeline/core/contract';
import { compileConfig } from '@beeline/core/service';
import { waitFor } from '@beeline/core/testing';
import { createGateway, type Gateway, gatewaySettings, listenForGateway } from '../src/index.ts';
import { createFakeFeeds, type FakeFeeds } from './fake-feeds.ts';

/** The key that `sampleRoutes` knows. */
export const testKey = 'bl_test_key';

export const sampleRoute: RouteEntry = {
  workspace: 'acme',
  model: 'toy',
  environment: 'production',
  state: 'serving',
  reason: null,
  retryable: false,
  targets: [{ revision: 'rev-1', weight: 100, locations: ['local'] }],
};

/** One workspace with the given routes; `testKey` is good for it. */
export function sampleRoutes(routes: readonly RouteEntry[] = [sampleRoute], version = 1): RoutesMessage {
  return {
    version,
    workspaces: ['acme', 'other'],
    routes,
    keys: [
      {
        id: 'key-1',
        hash: createHash('sha256').update(testKey).digest('hex'),
        workspaces: ['acme'],
        role: 'member',
        expiresAt: null,
      },
    ],
  };
}

export interface RunningGateway {
  readonly port: number;
  readonly gateway: Gateway;
  readonly feeds: FakeFeeds;
  readonly directory: string;
  /** Closes gateway and server, removes the directory unless told to keep it. */
  close(options?: { readonly keep?: boolean }): Promise<void>;
}

/** A gateway behind a real server on a port of its own. */
export async function startGateway(options: {
  readonly location: LocationPort;
  /** Beside that one. */
  readonly others?: readonly LocationPort[];
  readonly feeds?: FakeFeeds;
  readonly clock?: Clock;
  readonly directory?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** False for a gateway that has to wait for control. */
  readonly waitForRoutes?: boolean;
}): Promise<RunningGateway> {
  const feeds = options.feeds ?? createFakeFeeds(sampleRoutes());
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'gateway-')));
  const config = compileConfig(gatewaySettings, {
    env: {},
    file: { usageInterval: '20ms', drainTimeout: '5s', ...options.config },
  });
  const gateway = await createGateway({
    name: 'gateway-1',
    feeds,
    locations: [options.location, ...(options.others ?? [])],
    directory,
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    config,
  });
  const listener = listenForGateway(gateway, config, systemClock);
  const { server } = listener;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  if (options.waitForRoutes !== false) await waitFor('the routes', () => gateway.ready());
  return {
    port: (server.address() as AddressInfo).port,
    gateway,
    feeds,
    directory,
    async close({ keep = false } = {}) {
      await gateway.close();
      listener.cut();
      await listener.close();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { BeelineError, type Logger, type Secret, systemClock } from '@beeline/core/base';
import { systemDirectories, withRealPaths } from '@beeline/core/model-files';
import { addProcessMetrics, answerScrape, createMetrics, limitUnread } from '@beeline/core/service';
import manifest from '../package.json' with { type: 'json' };
import { createApiKey, madeByPlatform } from './api/access/create-api-key.ts';
import type { ControlConfig } from './config.ts';
import { createControlPlane } from './create-control-plane.ts';
import { openSecretKeys } from './secrets/open-secret-keys.ts';
import { listApiKeys } from './store/api-keys.ts';
import { openStore, type Store } from './store/open-store.ts';

/** A control plane that listens on a port of its own. */
export interface RunningControl {
  readonly url: string;
  /** The first key of all, when this start made it; nothing gives it out again. */
  readonly firstKey: Secret | null;
  /** Finishes the requests that run, then closes the database. */
  close(): Promise<void>;
}

/** Without any key nobody could make the first one, so a database that has none gets an admin's. */
async function ensureFirstKey(store: Store): Promise<Secret | null> {
  if ((await listApiKeys(store.queries, 'default')).length > 0) return null;
  const key = {
    name: 'first',
    workspaces: ['default'],
    role: 'admin',
    expiresAt: null,
    createdBy: madeByPlatform,
  } as const;
  return (await createApiKey(store, key, systemClock.now())).token;
}

/**
 * Opens the database, starts the control plane and listens.
 * @throws BeelineError PORT_TAKEN, DATA_DIRECTORY_UNUSABLE, STORE_UNAVAILABLE
 */
export async function runControl(config: ControlConfig, logger: Logger): Promise<RunningControl> {
  const { databaseUrl, dataDir, host, port } = config;
  const store = await openStore(databaseUrl === null ? { dataDir } : databaseUrl.reveal(), {
    logger,
    beginAnew: config.beginAnew,
  });
  const secretKeys = await openSecretKeys(store, config, logger);
  const metrics = createMetrics();
  const endMeasuring = addProcessMetrics(metrics, { version: manifest.version });
  const control = await createControlPlane({
    store,
    clock: systemClock,
    logger,
    secretKeys,
    internalToken: config.internalToken,
    publicUrl: config.publicUrl,
    originRules: {
      roots: config.originRoots && withRealPaths(config.originRoots),
      forbidden: withRealPaths([...systemDirectories, resolve(dataDir)]),
    },
    localLocation: null,
    metrics,
  });
  const policy = { token: config.metricsToken, trustLoopback: false };
  const server = createServer((request, response) => {
    if (request.url === '/metrics') answerScrape(request, response, metrics, policy);
    else control.handle(request, response);
  });
  limitUnread(server);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    await control.close();
    await store.close();
    endMeasuring();
    throw new BeelineError('PORT_TAKEN', {
      message: `cannot listen on ${host}:${port} (${(cause as NodeJS.ErrnoException).code}): stop what listens there, or set BL_PORT`,
      cause,
    });
  }
  const address = server.address() as AddressInfo;
  return {
    firstKey: await ensureFirstKey(store),
    url: `http://${host}:${address.port}`,
    async close() {
      server.close();
      await control.close();
      server.closeIdleConnections();
      await closed;
      await store.close();
      endMeasuring();
    },
  };
}

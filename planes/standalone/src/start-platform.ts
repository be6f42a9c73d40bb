import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createControlPlane, openSecretKeys, openStore } from '@beeline/control';
import { BeelineError, type Clock, type Logger, Secret, sleep } from '@beeline/core/base';
import { createFeedClient, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';
import { chooseOriginRoots, systemDirectories, withRealPaths } from '@beeline/core/model-files';
import type { Listener } from '@beeline/core/relay';
import {
  addProcessMetrics,
  answerScrape,
  createMetrics,
  reportRefusedItems,
  sendJson,
} from '@beeline/core/service';
import { createGateway, type Gateway, listenForGateway } from '@beeline/data';
import { createLocation, type LocationOptions } from '@beeline/execution';
import manifest from '../package.json' with { type: 'json' };
import type { StandaloneConfig } from './config.ts';
import { besideGateway, type Dispatch } from './dispatch-requests.ts';
import { ensureAdminKey } from './ensure-admin-key.ts';
import { listen } from './listen.ts';

/** A running platform. */
export interface Platform {
  readonly apiUrl: string;
  readonly runUrl: string;
  readonly workspace: string;
  /** The admin key, when this start made one; afterwards only the configuration file has it. */
  readonly newApiKey: Secret | null;
  readonly apiKey: Secret;
  readonly configPath: string;
  /** Stops accepting, lets running requests end within the drain timeout, then stops every part. */
  close(): Promise<void>;
}

/** What this machine has; models run on its processors only. */
const hostFlavor = { name: process.arch === 'x64' ? 'x86' : process.arch, type: 'cpu' } as const;

/** The workspace that exists from the first start on. */
const firstWorkspace = 'default';

function answerStarting(_request: unknown, response: ServerResponse): void {
  const error = new BeelineError('NO_CAPACITY', { message: 'the platform is starting', retryAfterMs: 1_000 });
  const body = platformErrorBody(error, { component: 'gateway', requestId: 'none', nowMs: Date.now() });
  sendJson(response, 503, body, platformErrorHeaders(error, 'gateway'));
}

async function closeListener(listener: Listener): Promise<void> {
  const closed = listener.close();
  listener.cut();
  await closed;
}

/** Closes what was opened, last first, even when one of them fails; the first failure is thrown at the end. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of [...closers].reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Parts of its own in place of the standard ones. */
export type PlatformParts = Pick<LocationOptions, 'runtimes'>;

/**
 * Starts control, location and gateway in this process, behind one port and on one data directory.
 * @throws BeelineError PORT_TAKEN, DATA_DIRECTORY_UNUSABLE, INVALID_CONFIGURATION, STORE_UNAVAILABLE; whatever had
 * been opened is closed again.
 */
export async function startPlatform(
  config: StandaloneConfig,
  clock: Clock,
  logger: Logger,
  parts: PlatformParts = {},
): Promise<Platform> {
  const closers: (() => Promise<void>)[] = [];
  const originRoots = config.originRoots ?? chooseOriginRoots(process.cwd(), homedir());
  const ownFiles = [config.dataDir, config.config];
  const metrics = createMetrics();
  const scrapePolicy = { token: config.metricsToken, trustLoopback: config.publicUrl === null };
  let gateway: Gateway | null = null;
  const dispatch: { -readonly [K in keyof Dispatch]: Dispatch[K] } = {
    control: answerStarting,
    metrics: (request, response) => answerScrape(request, response, metrics, scrapePolicy),
    ready: () => gateway?.ready() ?? false,
    starting: true,
  };
  try {
    const endMeasuring = addProcessMetrics(metrics, { version: manifest.version });
    closers.push(async () => endMeasuring());
    const listener = listenForGateway({ handle: (request) => gateway?.handle(request) }, config, clock, {
      foreign: besideGateway(dispatch),
      metrics,
    });
    const port = await listen(listener.server, config.host, config.port);
    closers.push(() => closeListener(listener));
    const localUrl = `http://127.0.0.1:${port}`;
    const runUrl =
      config.publicUrl ?? (config.host === '0.0.0.0' ? localUrl : `http://${config.host}:${port}`);

    const store = await openStore(config.databaseUrl?.reveal() ?? { dataDir: config.dataDir }, {
      clock,
      logger,
      beginAnew: config.beginAnew,
    });
    closers.push(() => store.close());
    const secretKeys = await openSecretKeys(store, config, logger.child({ plane: 'control' }));
    const internalToken = new Secret(randomBytes(32).toString('base64url'));
    const control = await createControlPlane({
      store,
      clock,
      logger: logger.child({ plane: 'control' }),
      secretKeys,
      internalToken,
      metrics,
      publicUrl: runUrl,
      originRules: {
        roots: withRealPaths(originRoots),
        forbidden: withRealPaths([...systemDirectories, ...ownFiles]),
      },
      localLocation: { name: config.location, displayName: 'This machine', country: null, continent: null },
    });
    closers.push(() => control.close());
    dispatch.control = control.handle;
    const key = await ensureAdminKey({
      store,
      configPath: config.config,
      workspace: firstWorkspace,
      localUrl,
      runUrl,
      nowMs: clock.now(),
    });

    const feedsFor = (plane: 'location' | 'gateway', name: string) =>
      createFeedClient({
        controlUrl: localUrl,
        token: internalToken,
        name,
        onRefused: reportRefusedItems(plane, metrics, logger),
      });
    const location = await createLocation({
      name: config.location,
      directory: join(config.dataDir, 'location'),
      feeds: feedsFor('location', config.location),
      flavors: [hostFlavor],
      metrics,
      config: { ...config, originRoots },
      ownFiles,
      clock,
      logger: logger.child({ plane: 'execution' }),
      ...parts,
    });
    closers.push(() => location.close());
    const opened = await createGateway({
      name: 'embedded',
      directory: join(config.dataDir, 'gateway'),
      feeds: feedsFor('gateway', 'embedded'),
      locations: [location.port],
      metrics,
      clock,
      logger: logger.child({ plane: 'data' }),
      config,
    });
    closers.push(() => opened.close());
    gateway = opened;
    dispatch.starting = false;
    while (!opened.ready()) await sleep(clock, 10);

    return {
      apiUrl: `${runUrl}/v0`,
      runUrl,
      workspace: firstWorkspace,
      newApiKey: key.isNew ? key.secret : null,
      apiKey: key.secret,
      configPath: config.config,
      close: () => closeAll(closers),
    };
  } catch (error) {
    await closeAll(closers).catch((closing: unknown) => {
      logger.error({ detail: String(closing) }, 'closing after a failed start failed as well');
    });
    throw error;
  }
}

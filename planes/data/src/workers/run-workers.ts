import {
  createSharedMemory,
  type Logger,
  reclaimShare,
  type Secret,
  sleep,
  systemClock,
} from '@beeline/core/base';
import { createFeedClient, type RoutesMessage } from '@beeline/core/contract';
import {
  addProcessMetrics,
  createMetrics,
  type Metrics,
  type RunningProcess,
  reportRefusedItems,
  requireFreeAddress,
} from '@beeline/core/service';
import type { GatewayProcessConfig } from '../config.ts';
import { parseLocations } from '../locations/parse-locations.ts';
import { type OwnControlLink, openControlLink } from '../sync/open-control-link.ts';
import { KeptWorker } from './keep-worker.ts';
import { WorkerMetricsReader } from './read-worker-metrics.ts';
import { type FromWorkerMessage, packConfig } from './worker-messages.ts';
import { startWorkerThread } from './worker-thread.ts';

export interface WorkersOptions {
  readonly config: GatewayProcessConfig;
  readonly token: Secret;
  /** Where it keeps its routes and the execution records that control has not got yet. */
  readonly directory: string;
  readonly logger: Logger;
  readonly workers: number;
  readonly version: string;
  /** In place of real threads, or around them. */
  readonly startThread?: typeof startWorkerThread;
}

/** The number that ends an address. */
const portOf = (url: string) => Number(/\d+$/.exec(url)?.[0]);

/** For workers to take new routes, at most. */
const takeRoutesMs = 500;
const takeRoutesStepMs = 2;
/** What a worker that drains may take beyond the drain timeout. */
const closeGraceMs = 5_000;
const clock = systemClock;

/** The main thread of a gateway with several workers: it links them to control, keeps them there, counts for them. */
class WorkerGateway {
  private readonly options: WorkersOptions;
  private readonly metrics = createMetrics();
  private readonly reader = new WorkerMetricsReader(clock, () => this.metrics.pictures());
  private readonly exchanges: SharedArrayBuffer;
  private readonly connections: SharedArrayBuffer;
  private readonly workers: KeptWorker[] = [];
  private readonly endMeasuring: () => void;
  /** While no worker lives, nothing else would keep the process. */
  private readonly alive = setInterval(() => {}, 60_000);
  private link: OwnControlLink | null = null;
  /** The newest RoutesMessage as JSON. */
  private routes: string | null = null;

  constructor(options: WorkersOptions) {
    this.options = options;
    this.exchanges = createSharedMemory(options.workers);
    this.connections = createSharedMemory(options.workers);
    this.endMeasuring = addProcessMetrics(this.metrics, { version: options.version, thread: 'main' });
    addWorkerMetrics(this.metrics, this.workers);
  }

  /** Links to control and starts the workers; gives the address that they share. */
  async start(): Promise<string> {
    const { config, directory, logger, token, workers } = this.options;
    const { controlUrl, host, name, port } = config;
    parseLocations(config.locations); // a mistake is told here, not by each worker
    await requireFreeAddress({ host, port });
    this.link = await openControlLink({
      name,
      feeds: createFeedClient({
        controlUrl,
        token,
        name,
        onRefused: reportRefusedItems('gateway', this.metrics, logger),
      }),
      directory,
      clock,
      logger: logger.child({ gateway: name }),
      config,
      metrics: this.metrics,
      onRoutes: (message) => this.spreadRoutes(message),
    });
    const first = this.keepWorker(1, port);
    // When any port will do, the first worker finds it for the others.
    const shared = port === 0 ? portOf(await first.started) : port;
    for (let worker = 2; worker <= workers; worker += 1) this.keepWorker(worker, shared);
    const [url = ''] = await Promise.all(this.workers.map((worker) => worker.started));
    return url;
  }

  async close(): Promise<void> {
    const { announcePeriod, drainTimeout } = this.options.config;
    for (const worker of this.workers) worker.leave();
    await sleep(clock, announcePeriod);
    await Promise.all(this.workers.map((worker) => worker.close(drainTimeout + closeGraceMs)));
    await this.end();
  }

  /** Ends what is there at once, after a start that failed. */
  async abandon(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close(closeGraceMs)));
    await this.end();
  }

  private async end(): Promise<void> {
    await this.link?.close();
    this.endMeasuring();
    clearInterval(this.alive);
  }

  private keepWorker(worker: number, port: number): KeptWorker {
    const { config, logger, startThread = startWorkerThread, token } = this.options;
    const packed = packConfig({ ...config, port }, token);
    const { exchanges, connections } = this;
    const kept: KeptWorker = new KeptWorker({
      worker,
      clock,
      logger,
      startThread: (events) =>
        startThread({ worker, ...packed, exchanges, connections, routes: this.routes }, events),
      onMessage: (message) => this.onMessage(kept, message),
      onEnded: () => {
        this.reader.onEnded(worker);
        reclaimShare(connections, worker);
        return reclaimShare(exchanges, worker);
      },
    });
    this.workers.push(kept);
    return kept;
  }

  /** Resolves when every worker serves from the routes, or a moment later: one that hangs must not hold up the others. */
  private async spreadRoutes(message: RoutesMessage): Promise<void> {
    const routes = JSON.stringify(message);
    this.routes = routes;
    for (const worker of this.workers) worker.send({ kind: 'routes', routes });
    const deadline = clock.monotonicMs() + takeRoutesMs;
    const taken = () =>
      this.workers.every((worker) => !worker.listening || worker.routesVersion >= message.version);
    while (!taken() && clock.monotonicMs() < deadline) await sleep(clock, takeRoutesStepMs);
  }

  private onMessage(from: KeptWorker, message: FromWorkerMessage): void {
    if (message.kind === 'records') this.link?.usage.addBatch(message.batch);
    else if (message.kind === 'pictures') {
      this.reader.onPictures(from.worker, message.id, message.pictures);
    } else if (message.kind === 'scrape') {
      void this.reader.read(this.workers).then((text) => from.send({ kind: 'exposition', text }));
    }
  }
}

function addWorkerMetrics(metrics: Metrics, workers: readonly KeptWorker[]): void {
  metrics.sampled(
    {
      name: 'beeline_gateway_workers',
      help: 'Threads that take requests; fewer than the setting while one that crashed is replaced',
      type: 'gauge',
      labels: [],
    },
    (report) => report(workers.filter((worker) => worker.listening).length),
  );
  metrics.sampled(
    {
      name: 'beeline_gateway_worker_restarts_total',
      help: 'Threads that took the place of one that had crashed',
      type: 'counter',
      labels: [],
    },
    (report) => report(workers.reduce((sum, worker) => sum + worker.restarts, 0)),
  );
}

/**
 * A gateway whose requests are served by several threads.
 * @throws BeelineError PORT_TAKEN, INVALID_CONFIGURATION, DATA_DIRECTORY_UNUSABLE
 */
export async function runWorkers(options: WorkersOptions): Promise<RunningProcess> {
  const gateway = new WorkerGateway(options);
  try {
    return { url: await gateway.start(), close: () => gateway.close() };
  } catch (error) {
    await gateway.abandon();
    throw error;
  }
}

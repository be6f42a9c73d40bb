import type { ExecutionRecord, RouteEntry } from '@beeline/core/contract';
import { type CounterCell, type HistogramCell, type Metrics, secondsBuckets } from '@beeline/core/service';

/** What a gateway counts. Every call is a handful of additions. */
export interface GatewayMetrics {
  /** `route` is null when the request named no deployment that this gateway knows. */
  observe(execution: ExecutionRecord, route: RouteEntry | null): void;
  /** A request that was refused before its workspace was known to be the caller's. */
  refused(code: string): void;
  /** A request was offered to another replica. */
  retried(): void;
}

/** What is read from the gateway at each scrape. */
export interface GatewaySources {
  inFlight(): number;
}

/** The cells of one deployment. */
interface DeploymentCells {
  /** By source and status, as one number. */
  readonly requests: Map<number, CounterCell>;
  readonly duration: HistogramCell;
  readonly firstByte: HistogramCell;
  readonly aborted: CounterCell;
  readonly requestBytes: CounterCell;
  readonly responseBytes: CounterCell;
  readonly inputTokens: CounterCell;
  readonly outputTokens: CounterCell;
}

/** In place of names that a caller made up: they would be without number. */
const unknownName = '(unknown)';
const deploymentLabels = ['workspace', 'model', 'environment'];
const sourceNumbers = { gateway: 0, location: 1_000, model: 2_000 } as const;

function addSampled(metrics: Metrics, sources: GatewaySources): void {
  metrics.sampled(
    {
      name: 'beeline_gateway_requests_in_flight',
      help: 'Requests that the gateway works on now, waiting ones included; bounded by maxExchanges',
      type: 'gauge',
      labels: [],
    },
    (report) => report(sources.inFlight()),
  );
}

function addFamilies(metrics: Metrics) {
  return {
    requests: metrics.counter({
      name: 'beeline_gateway_requests_total',
      help: 'Requests that ended, by the status that the caller got (0: it left before an answer) and who made it',
      labels: [...deploymentLabels, 'code', 'source'],
    }),
    duration: metrics.histogram(
      {
        name: 'beeline_gateway_request_seconds',
        help: 'From the arrival of a request to the last byte of its answer',
        labels: deploymentLabels,
      },
      secondsBuckets,
    ),
    firstByte: metrics.histogram(
      {
        name: 'beeline_gateway_first_byte_seconds',
        help: 'From the arrival of a request to the first byte of its answer',
        labels: deploymentLabels,
      },
      secondsBuckets,
    ),
    waits: metrics.histogram(
      {
        name: 'beeline_gateway_wait_seconds',
        help: 'What requests that were held waited for: a free replica (queue), its start, its load',
        labels: ['phase'],
      },
      secondsBuckets,
    ),
    aborted: metrics.counter({
      name: 'beeline_gateway_requests_aborted_total',
      help: 'Requests whose answer was cut: the caller left, or the replica broke',
      labels: deploymentLabels,
    }),
    bytes: metrics.counter({
      name: 'beeline_gateway_body_bytes_total',
      help: 'Bytes of bodies, by direction: in from callers, out to them',
      labels: [...deploymentLabels, 'direction'],
    }),
    tokens: metrics.counter({
      name: 'beeline_gateway_tokens_total',
      help: 'Tokens that models reported, by direction: in for prompts, out for answers',
      labels: [...deploymentLabels, 'direction'],
    }),
    refused: metrics.counter({
      name: 'beeline_gateway_refused_total',
      help: 'Requests that were refused before their workspace was known, by error code',
      labels: ['code'],
    }),
    retried: metrics.counter({
      name: 'beeline_gateway_retries_total',
      help: 'Times that a request went to another replica, nothing of it having been delivered',
      labels: [],
    }),
  };
}

/** Adds what a gateway tells. */
export function createGatewayMetrics(metrics: Metrics, sources: GatewaySources): GatewayMetrics {
  addSampled(metrics, sources);
  const families = addFamilies(metrics);
  const waits = {
    queue: families.waits.cell('queue'),
    start: families.waits.cell('start'),
    load: families.waits.cell('load'),
  };
  const retries = families.retried.cell();
  /** A route stands for its names until the next snapshot replaces it: one look-up finds all cells. */
  const byRoute = new WeakMap<RouteEntry, DeploymentCells>();

  function cellsOf(workspace: string, model: string, environment: string): DeploymentCells {
    const names = [workspace, model, environment] as const;
    return {
      requests: new Map(),
      duration: families.duration.cell(...names),
      firstByte: families.firstByte.cell(...names),
      aborted: families.aborted.cell(...names),
      requestBytes: families.bytes.cell(...names, 'in'),
      responseBytes: families.bytes.cell(...names, 'out'),
      inputTokens: families.tokens.cell(...names, 'in'),
      outputTokens: families.tokens.cell(...names, 'out'),
    };
  }
  function cellsOfRoute(route: RouteEntry): DeploymentCells {
    const known = byRoute.get(route);
    if (known !== undefined) return known;
    const cells = cellsOf(route.workspace, route.model, route.environment);
    byRoute.set(route, cells);
    return cells;
  }
  function countRequest(
    cells: DeploymentCells,
    execution: ExecutionRecord,
    model: string,
    environment: string,
  ) {
    const { status, source, workspace } = execution;
    const number = sourceNumbers[source] + status;
    let cell = cells.requests.get(number);
    if (cell === undefined) {
      cell = families.requests.cell(workspace, model, environment, String(status), source);
      cells.requests.set(number, cell);
    }
    cell.value += 1;
  }

  return {
    observe(execution, route) {
      const { timings, tokens } = execution;
      const cells =
        route === null ? cellsOf(execution.workspace, unknownName, unknownName) : cellsOfRoute(route);
      countRequest(cells, execution, route?.model ?? unknownName, route?.environment ?? unknownName);
      cells.duration.observe(timings.totalMs / 1_000);
      if (timings.firstByteMs !== null) cells.firstByte.observe(timings.firstByteMs / 1_000);
      if (timings.queueMs > 0) waits.queue.observe(timings.queueMs / 1_000);
      if (timings.startMs > 0) waits.start.observe(timings.startMs / 1_000);
      if (timings.loadMs > 0) waits.load.observe(timings.loadMs / 1_000);
      if (execution.aborted) cells.aborted.value += 1;
      cells.requestBytes.value += execution.requestBytes;
      cells.responseBytes.value += execution.responseBytes;
      if (tokens === null) return;
      cells.inputTokens.value += tokens.input;
      cells.outputTokens.value += tokens.output;
    },
    refused(code) {
      families.refused.cell(code).value += 1;
    },
    retried() {
      retries.value += 1;
    },
  };
}

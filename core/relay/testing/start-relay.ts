import type { AddressInfo } from 'node:net';
import { type BoundedCount, type Clock, createBoundedCount, systemClock } from '../../base/index.ts';
import type { UpstreamTarget } from '../../contract/index.ts';
import { connectRaw, type RawPeer, waitFor } from '../../testing/index.ts';
import {
  type CallerRequest,
  createListener,
  createUpstreamPool,
  type Exchange,
  HeaderSet,
  headerLine,
  openExchange,
  type RelayOutcome,
  type UpstreamPool,
  type UpstreamPoolOptions,
} from '../index.ts';

/** A server that does nothing but relay to one target, and tells how each exchange ended. */
export interface RunningRelay {
  readonly port: number;
  readonly pool: UpstreamPool;
  /** Callers that are connected. */
  readonly connections: BoundedCount;
  readonly outcomes: readonly RelayOutcome[];
  /** The outcome with this number, counted from 0, once it is there. */
  outcome(index: number): Promise<RelayOutcome>;
  connect(): Promise<RawPeer>;
  close(): Promise<void>;
}

const dropped = new HeaderSet(['x-secret', 'x-added']);
const hidden = new HeaderSet(['x-hidden']);

export async function startRelay(
  target: UpstreamTarget,
  options: Partial<UpstreamPoolOptions> & {
    readonly clock?: Clock;
    readonly maxRequestBytes?: number;
    /** A second target for a request that the first could not be reached with. */
    readonly fallback?: UpstreamTarget;
  } = {},
): Promise<RunningRelay> {
  const pool = createUpstreamPool({
    clock: systemClock,
    firstByteMs: 0,
    idleMs: 0,
    connectMs: 5_000,
    ...options,
  });
  const outcomes: RelayOutcome[] = [];
  const callers: RawPeer[] = [];

  function relay(request: CallerRequest): void {
    const head = { path: request.head.target, drop: dropped, add: headerLine('x-added', 'by-relay') };
    let fallback = options.fallback;
    const exchange: Exchange = openExchange(request, {
      pool,
      observer: {
        onResponseHead: () => headerLine('x-relayed', 'yes'),
        onResponseBytes: (bytes) => bytes,
        onEnd(outcome) {
          outcomes.push(outcome);
          const next = outcome.ended === 'upstream-unreachable' ? fallback : undefined;
          fallback = undefined;
          if (next !== undefined) exchange.send(next, head);
          else if (outcome.ended !== 'complete' && !outcome.headSent) {
            request.endConnection();
            request.answer(599, 'Relay Failed', '', 'relay failed');
          }
        },
      },
      hiddenHeaders: hidden,
      maxRequestBytes: options.maxRequestBytes ?? Number.POSITIVE_INFINITY,
    });
    exchange.send(target, head);
  }

  const connections = createBoundedCount(1_000);
  const listener = createListener({
    clock: systemClock,
    maxHeadBytes: 32_768,
    headTimeoutMs: 10_000,
    keepAliveMs: 75_000,
    connections,
    lingerMs: 100,
    onRequest: relay,
    renderMalformed: (status, message) => `HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n${message}`,
    renderFull: () => 'HTTP/1.1 503 Full\r\nconnection: close\r\n\r\n',
  });
  const { server } = listener;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    pool,
    connections,
    outcomes,
    outcome: (index) => waitFor(`outcome ${index}`, () => outcomes[index]),
    async connect() {
      const caller = await connectRaw({ port });
      callers.push(caller);
      return caller;
    },
    async close() {
      for (const caller of callers) caller.destroy();
      pool.close();
      listener.cut();
      await listener.close();
      await waitFor('the pool to be empty', () => pool.size === 0);
    },
  };
}

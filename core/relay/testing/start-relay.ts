import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../../base/index.ts';
import type { UpstreamTarget } from '../../contract/index.ts';
import { connectRaw, type RawPeer, waitFor } from '../../testing/index.ts';
import {
  createUpstreamPool,
  type Exchange,
  openExchange,
  openUpgrade,
  type RelayObserver,
  type RelayOutcome,
  type UpstreamPool,
  type UpstreamPoolOptions,
} from '../index.ts';

/** A server that does nothing but relay to one target, and tells how each exchange ended. */
export interface RunningRelay {
  readonly port: number;
  readonly pool: UpstreamPool;
  readonly outcomes: readonly RelayOutcome[];
  /** The outcome with this number, counted from 0, once it is there. */
  outcome(index: number): Promise<RelayOutcome>;
  connect(): Promise<RawPeer>;
  close(): Promise<void>;
}

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

  function relay(
    request: IncomingMessage,
    open: (observer: RelayObserver) => Exchange,
    refuse: () => void,
  ): void {
    const head = {
      path: request.url ?? '/',
      drop: new Set(['x-secret', 'x-added']),
      add: ['x-added', 'by-relay'],
    };
    let fallback = options.fallback;
    const exchange: Exchange = open({
      onResponseHead: (_status, headers) => headers.push('x-relayed', 'yes'),
      onResponseBytes() {},
      onEnd(outcome) {
        outcomes.push(outcome);
        const next = outcome.ended === 'upstream-unreachable' ? fallback : undefined;
        fallback = undefined;
        if (next !== undefined) exchange.send(next, head);
        else if (outcome.ended !== 'complete' && !outcome.headSent) refuse();
      },
    });
    exchange.send(target, head);
  }

  const limit = options.maxRequestBytes;
  const bounds = { pool, ...(limit === undefined ? {} : { maxRequestBytes: limit }) };
  const server = createServer((request, response) =>
    relay(
      request,
      (observer) => openExchange(request, response, { ...bounds, observer }),
      () => {
        if (!request.socket.destroyed) response.writeHead(599, { connection: 'close' }).end('relay failed');
      },
    ),
  );
  server.on('upgrade', (request, socket: Socket, early) =>
    relay(
      request,
      (observer) => openUpgrade(request, socket, early, { ...bounds, observer }),
      () => socket.end('HTTP/1.1 599 Relay Failed\r\nconnection: close\r\n\r\n'),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    pool,
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
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await waitFor('the pool to be empty', () => pool.size === 0);
    },
  };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BeelineError, Clock, Logger, Secret } from '@beeline/core/base';
import { ingressHeaders, ingressReadyPath, type LocationPort } from '@beeline/core/contract';
import { createUpstreamPool } from '@beeline/core/relay';
import { sendJson } from '@beeline/core/service';
import { callerOfRequest, callerOfUpgrade, type IngressCaller } from './ingress-caller.ts';
import { ingressStopping, noRevisionNamed, notAGateway } from './ingress-errors.ts';
import { type IngressParts, relayToReplica } from './relay-to-replica.ts';

export interface IngressOptions {
  readonly port: LocationPort;
  readonly token: Secret;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest time to connect to a replica, in milliseconds. */
  readonly connectMs: number;
  /** Answers `GET /metrics`. */
  answerMetrics(request: IncomingMessage, response: ServerResponse): void;
}

/** The way in for gateways in other processes. */
export interface Ingress {
  /** Put it on a port or a Unix socket. */
  readonly server: Server;
  /** Requests that are held or worked on. */
  readonly exchanges: number;
  /**
   * Declines new requests in a way that makes gateways hold them, lets those that run finish within `limitMs`, cuts
   * the rest and stops listening.
   */
  close(limitMs: number): Promise<void>;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** For what was cut to come to its end. */
const cutGraceMs = 1_000;

/** Node's limits on a connection; the gateway has looked at each request before. */
function createLimitedServer(listener: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer({ maxHeaderSize: 65_536, noDelay: true, requestTimeout: 0 }, listener);
  server.timeout = 0;
  server.maxHeadersCount = 0;
  // Longer than a gateway keeps an unused connection, so that the gateway closes first.
  server.keepAliveTimeout = 60_000;
  return server;
}

/** Makes the server that gateways send requests to: verify, acquire a slot (held while waking), relay to the replica. */
export function serveIngress(options: IngressOptions): Ingress {
  const { port, clock, logger } = options;
  const expected = digest(options.token.reveal());
  const running = new Set<object>();
  let stopping = false;
  let onIdle: (() => void) | null = null;
  const parts: IngressParts = {
    port,
    clock,
    logger,
    // The time limits of an exchange are the gateway's: it sees both ends.
    pool: createUpstreamPool({ clock, firstByteMs: 0, idleMs: 0, connectMs: options.connectMs }),
  };

  function whyRefused(request: IncomingMessage): BeelineError | null {
    const token = request.headers[ingressHeaders.token];
    if (typeof token !== 'string' || !timingSafeEqual(digest(token), expected)) return notAGateway();
    if (typeof request.headers[ingressHeaders.revision] !== 'string') return noRevisionNamed();
    return stopping ? ingressStopping(port.location) : null;
  }

  function take(caller: IngressCaller): void {
    const refusal = whyRefused(caller.request);
    if (refusal !== null) {
      caller.refuse(refusal, clock.now(), refusal.code === 'SHUTTING_DOWN');
      return;
    }
    const key = {};
    running.add(key);
    relayToReplica(caller, parts, () => {
      running.delete(key);
      if (running.size === 0) onIdle?.();
    });
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const asksReadiness =
      request.url === ingressReadyPath && request.headers[ingressHeaders.revision] === undefined;
    if (request.url === '/metrics' && request.headers[ingressHeaders.revision] === undefined) {
      options.answerMetrics(request, response);
    } else if (asksReadiness) sendJson(response, stopping ? 503 : 200, { location: port.location });
    else take(callerOfRequest(request, response));
  }

  const server = createLimitedServer(onRequest);
  server.on('upgrade', (request, socket, head) => take(callerOfUpgrade(request, socket as Socket, head)));

  function untilIdle(limitMs: number): Promise<void> {
    if (running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.setTimer(limitMs, resolve);
      onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  return {
    server,
    get exchanges() {
      return running.size;
    },
    async close(limitMs) {
      stopping = true;
      await untilIdle(limitMs);
      if (running.size > 0) {
        logger.warn({ exchanges: running.size }, 'requests were cut because they did not finish in time');
      }
      parts.pool.close();
      await untilIdle(cutGraceMs);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

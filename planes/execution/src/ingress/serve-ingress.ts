import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import {
  type BeelineError,
  type Clock,
  createBoundedCount,
  type Logger,
  type Secret,
  sleep,
} from '@beeline/core/base';
import { ingressHeaders, ingressReadyPath, type LocationPort } from '@beeline/core/contract';
import {
  type CallerRequest,
  createListener,
  createUpstreamPool,
  foreignServer,
  type RequestHead,
} from '@beeline/core/relay';
import { sendJson } from '@beeline/core/service';
import { ingressStopping, noRevisionNamed, notAGateway } from './ingress-errors.ts';
import { refuseGateway, renderGoodbye } from './refuse-gateway.ts';
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
   * the rest, tells unused connections that they end, and stops listening.
   */
  close(limitMs: number): Promise<void>;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** A gateway has looked at each request before: what it lets through has room here, with what it adds. */
const maxHeadBytes = 65_536;
/** Gateways send a head in one piece. */
const headTimeoutMs = 10_000;
/** Longer than a gateway keeps an unused connection, so that the gateway closes first. */
const keepAliveMs = 60_000;
/** What the ingress itself answers, to requests that name no revision. */
const ownPaths: ReadonlySet<string> = new Set([ingressReadyPath, '/metrics']);

/** For what was cut to come to its end. */
const cutGraceMs = 1_000;
/** For gateways to end their connections: one that is busy may only then read that a request was not taken. */
const lingerMs = 5_000;
/** How long a stopping ingress declines at least: requests that gateways sent before they heard of it arrive. */
const settleMs = 250;

/** Makes the server that gateways send requests to: verify, acquire a slot (held while waking), relay to the replica. */
export function serveIngress(options: IngressOptions): Ingress {
  const { port, clock, logger } = options;
  const expected = digest(options.token.reveal());
  let running = 0;
  let stopping = false;
  let onIdle: (() => void) | null = null;
  const parts: IngressParts = {
    port,
    clock,
    logger,
    // The time limits of an exchange are the gateway's: it sees both ends.
    pool: createUpstreamPool({ clock, firstByteMs: 0, idleMs: 0, connectMs: options.connectMs }),
  };

  function whyRefused(head: RequestHead): BeelineError | null {
    const token = head.header(ingressHeaders.token);
    if (token === undefined || !timingSafeEqual(digest(token), expected)) return notAGateway();
    if (head.header(ingressHeaders.revision) === undefined) return noRevisionNamed();
    return stopping ? ingressStopping(port.location) : null;
  }

  function take(caller: CallerRequest): void {
    const refusal = whyRefused(caller.head);
    if (refusal !== null) {
      refuseGateway(caller, refusal, clock.now());
      return;
    }
    running += 1;
    relayToReplica(caller, parts, () => {
      running -= 1;
      if (running === 0) onIdle?.();
    });
  }

  const listener = createListener({
    clock,
    maxHeadBytes,
    headTimeoutMs,
    keepAliveMs,
    lingerMs,
    connections: createBoundedCount(Number.POSITIVE_INFINITY),
    onRequest: take,
    renderMalformed: (status, message) =>
      `HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n${message}\n`,
    renderFull: () => '',
    // Over a network a request may be on its way when an unused connection ends: it is told that nobody took it.
    renderGoodbye: () => renderGoodbye(ingressStopping(port.location), clock.now()),
    foreign: foreignServer(
      (head) => ownPaths.has(head.target) && head.header(ingressHeaders.revision) === undefined,
      (request, response) => {
        if (request.url === ingressReadyPath) {
          sendJson(response, stopping ? 503 : 200, { location: port.location });
        } else options.answerMetrics(request, response);
      },
    ),
  });

  function untilIdle(limitMs: number): Promise<void> {
    if (running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.setTimer(limitMs, resolve);
      onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  return {
    server: listener.server,
    get exchanges() {
      return running;
    },
    async close(limitMs) {
      const since = clock.monotonicMs();
      stopping = true;
      await untilIdle(limitMs);
      if (running > 0) {
        logger.warn({ exchanges: running }, 'requests were cut because they did not finish in time');
      }
      parts.pool.close();
      await untilIdle(cutGraceMs);
      await sleep(clock, settleMs - (clock.monotonicMs() - since));
      const closed = listener.close();
      const cancelCut = clock.setTimer(lingerMs, () => listener.cut());
      await closed;
      cancelCut();
    },
  };
}

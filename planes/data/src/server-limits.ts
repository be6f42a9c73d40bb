import type { Server, ServerOptions } from 'node:http';
import type { GatewayConfig } from './config.ts';
import { limitConnections } from './limit-connections.ts';
import { refuseMalformed } from './refuse-malformed.ts';

/**
 * Options for `http.createServer` in front of a gateway:
 * - a request head may have 32 KiB, then it is refused with 431;
 * - a request without Host is refused with 400 (HTTP/1.1);
 * - connections are looked at every 5 s for those that break `applyServerLimits`;
 * - a request to switch to HTTP/2 (`Upgrade: h2c`) is treated as the HTTP/1.1 request that it also is.
 */
export const gatewayServerOptions: ServerOptions = {
  maxHeaderSize: 32_768,
  requireHostHeader: true,
  connectionsCheckingInterval: 5_000,
  noDelay: true,
  shouldUpgradeCallback: (request) => !/^h2c?$/i.test(request.headers.upgrade ?? ''),
};

type Bounds = Pick<GatewayConfig, 'maxConnections' | 'requestHeadTimeout'>;

/** Sets the bounds of a server that can be set after it was made. Each one is here with its reason. */
export function applyServerLimits(server: Server, bounds: Bounds): void {
  // Slow heads hold a connection and nothing else.
  server.headersTimeout = bounds.requestHeadTimeout;
  // A body may take as long as it moves: the idle timeout of the exchange watches it.
  server.requestTimeout = 0;
  // No limit on the connection as a whole, for the same reason.
  server.timeout = 0;
  // An unused connection is kept longer than usual load balancers keep theirs (60 s), so that they close first.
  server.keepAliveTimeout = 75_000;
  // Beyond this count Node would drop headers silently; the size of the head and the admit stage bound them instead.
  server.maxHeadersCount = 0;
  // No limit of requests on one connection.
  server.maxRequestsPerSocket = 0;
  limitConnections(server, bounds.maxConnections);
  server.on('clientError', refuseMalformed);
}

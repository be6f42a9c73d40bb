import type { BoundedCount, Clock } from '@beeline/core/base';
import { type ForeignServer, foreignServer, type Listener } from '@beeline/core/relay';
import { answerScrape, type Exposition, type Metrics, sendJson } from '@beeline/core/service';
import type { GatewayProcessConfig } from './config.ts';
import { listenForGateway } from './listen-for-gateway.ts';
import type { Gateway } from './server.ts';

export interface ServeGatewayOptions {
  readonly gateway: Gateway;
  readonly config: GatewayProcessConfig;
  readonly clock: Clock;
  /** Where the listener counts. */
  readonly metrics: Metrics;
  /** What `/metrics` tells. */
  readonly exposition: Exposition;
  /** Connections of callers at once; others may take part in the count. */
  readonly connections: BoundedCount;
}

/** No workspace can be called so. */
const ownPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** What the process tells about itself, on the port of the gateway. */
function answerAboutItself({ gateway, config, exposition }: ServeGatewayOptions): ForeignServer {
  const policy = { token: config.metricsToken, trustLoopback: false };
  return foreignServer(
    (head) => ownPaths.has(head.target),
    (request, response) => {
      if (request.url === '/metrics') answerScrape(request, response, exposition, policy);
      else {
        const ok = request.url === '/healthz' || gateway.ready();
        sendJson(response, ok ? 200 : 503, { ready: gateway.ready(), exchanges: gateway.exchanges });
      }
    },
  );
}

/** The listener of a gateway process: it takes requests for the gateway and answers for health and metrics. */
export function serveGateway(options: ServeGatewayOptions): Listener {
  const { gateway, config, clock, metrics, connections } = options;
  const foreign = answerAboutItself(options);
  return listenForGateway(gateway, config, clock, { foreign, metrics, connections });
}

import { BeelineError, type BoundedCount, type Clock, createBoundedCount, newId } from '@beeline/core/base';
import { createListener, type ForeignServer, type Listener } from '@beeline/core/relay';
import { createMetrics, type Metrics } from '@beeline/core/service';
import type { GatewayConfig } from './config.ts';
import { tooManyConnections } from './errors.ts';
import { createListenerMetrics } from './listener-metrics.ts';
import { renderLastRefusal } from './render-refusal.ts';
import type { Gateway } from './server.ts';

/** Longest head of a request, in bytes. */
const maxHeadBytes = 32_768;
/** An unused connection is kept longer than usual load balancers keep theirs (60 s), so that they close first. */
const keepAliveMs = 75_000;

type Bounds = Pick<GatewayConfig, 'maxConnections' | 'requestHeadTimeout' | 'minBodyRate'>;

/** Of bytes that never became a request, or were not looked at. */
function refusal(error: BeelineError, clock: Clock, status?: number): string {
  const id = newId('exe', clock.now());
  const context = { component: 'gateway', requestId: id, executionId: id, nowMs: clock.now() } as const;
  return renderLastRefusal(error, context, status);
}

/** What a listener shares with others. */
export interface ListenerSurroundings {
  /** Another server on the same port. */
  readonly foreign?: ForeignServer;
  /** Its own when absent. */
  readonly metrics?: Metrics;
  /** Bounded by `maxConnections`; its own when absent. */
  readonly connections?: BoundedCount;
}

/** The listener in front of a gateway. Put its server on a port. */
export function listenForGateway(
  gateway: Pick<Gateway, 'handle'>,
  bounds: Bounds,
  clock: Clock,
  surroundings: ListenerSurroundings = {},
): Listener {
  const { foreign } = surroundings;
  const counts = createListenerMetrics(surroundings.metrics ?? createMetrics());
  const connections = surroundings.connections ?? createBoundedCount(bounds.maxConnections);
  return createListener({
    clock,
    maxHeadBytes,
    headTimeoutMs: bounds.requestHeadTimeout,
    keepAliveMs,
    minBodyRate: bounds.minBodyRate,
    connections,
    onRequest: (request) => gateway.handle(request),
    renderMalformed(status, message) {
      counts.malformed(status);
      return refusal(new BeelineError('REQUEST_INVALID', { message }), clock, status);
    },
    renderFull() {
      counts.full();
      return refusal(tooManyConnections(connections.limit), clock);
    },
    ...(foreign === undefined ? {} : { foreign }),
  });
}

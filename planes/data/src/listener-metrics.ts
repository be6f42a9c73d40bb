import type { CounterCell, Metrics } from '@beeline/core/service';

/** What the listener in front of a gateway counts: whom it refuses before there is a request. */
export interface ListenerMetrics {
  /** A connection beyond maxConnections. */
  full(): void;
  /** Bytes that are no request; `status` is what the caller is answered. */
  malformed(status: number): void;
}

/** Adds what a listener tells. */
export function createListenerMetrics(metrics: Metrics): ListenerMetrics {
  const refused = metrics.counter({
    name: 'beeline_gateway_connections_refused_total',
    help: 'Connections that were ended before there was a request, by reason: full (see maxConnections), late_head (see requestHeadTimeout), long_head, malformed',
    labels: ['reason'],
  });
  // Made now, so that a scraper sees the first refusal as an increase.
  const cells = {
    full: refused.cell('full'),
    late: refused.cell('late_head'),
    long: refused.cell('long_head'),
    malformed: refused.cell('malformed'),
  };
  const byStatus: Readonly<Record<number, CounterCell>> = { 408: cells.late, 431: cells.long };
  return {
    full() {
      cells.full.value += 1;
    },
    malformed(status) {
      const cell = byStatus[status] ?? cells.malformed;
      cell.value += 1;
    },
  };
}

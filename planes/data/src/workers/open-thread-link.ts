import type { Clock } from '@beeline/core/base';
import type { ExecutionRecord, RoutesMessage } from '@beeline/core/contract';
import type { ControlLink } from '../sync/open-control-link.ts';
import { createTables } from '../tables/create-tables.ts';
import type { FromWorkerMessage } from './worker-messages.ts';

/** Records are handed over after this time or at this number: what a worker that crashes may lose. */
const handOverMs = 100;
const handOverRecords = 1_000;

/** A worker's link to control: all of it goes through the main thread. */
export interface ThreadLink extends ControlLink {
  /** Puts newer routes in place: a RoutesMessage as JSON. */
  replaceRoutes(routes: string): void;
}

const parseRoutes = (routes: string) => JSON.parse(routes) as RoutesMessage;

export function openThreadLink(options: {
  readonly routes: string | null;
  readonly clock: Clock;
  send(message: FromWorkerMessage): void;
}): ThreadLink {
  const { clock, send } = options;
  const tables = createTables(options.routes === null ? null : parseRoutes(options.routes));
  let executions: ExecutionRecord[] = [];
  let cancel: (() => void) | null = null;

  function handOver(): void {
    cancel?.();
    cancel = null;
    if (executions.length > 0) send({ kind: 'records', executions });
    executions = [];
  }

  function add(execution: ExecutionRecord): void {
    executions.push(execution);
    if (executions.length >= handOverRecords) handOver();
    else cancel ??= clock.setTimer(handOverMs, handOver);
  }

  return {
    tables,
    usage: { add },
    replaceRoutes: (routes) => tables.put(parseRoutes(routes)),
    async close() {
      handOver();
    },
  };
}

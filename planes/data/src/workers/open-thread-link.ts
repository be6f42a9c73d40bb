import type { Clock } from '@beeline/core/base';
import type { ExecutionRecord, RoutesMessage } from '@beeline/core/contract';
import type { ControlLink } from '../sync/open-control-link.ts';
import { createTables } from '../tables/create-tables.ts';
import { ExecutionSheet } from '../usage/execution-sheet.ts';
import type { FromWorkerMessage } from './worker-messages.ts';

/** A worker's link to control: all of it goes through the main thread. */
export interface ThreadLink extends ControlLink {
  /** Puts newer routes in place: a RoutesMessage as JSON. */
  replaceRoutes(routes: string): void;
}

const parseRoutes = (routes: string) => JSON.parse(routes) as RoutesMessage;

export function openThreadLink(options: {
  /** Names the gateway to control. */
  readonly gateway: string;
  /** To start from: a RoutesMessage as JSON. */
  readonly routes: string | null;
  /** Longest that a record stays here before it is handed over, and may be lost with the worker. */
  readonly handOverMs: number;
  readonly clock: Clock;
  send(message: FromWorkerMessage): void;
}): ThreadLink {
  const { clock, gateway, handOverMs, send } = options;
  const tables = createTables(options.routes === null ? null : parseRoutes(options.routes));
  let sheet: ExecutionSheet | null = null;
  let cancel: (() => void) | null = null;

  function handOver(): void {
    cancel?.();
    cancel = null;
    if (sheet !== null) send({ kind: 'records', batch: sheet.seal() });
    sheet = null;
  }

  function add(execution: ExecutionRecord): void {
    sheet ??= new ExecutionSheet(gateway);
    if (!sheet.add(execution)) {
      handOver();
      sheet = new ExecutionSheet(gateway);
      sheet.add(execution);
    }
    cancel ??= clock.setTimer(handOverMs, handOver);
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

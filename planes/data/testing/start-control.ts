import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  type ExecutionRecord,
  type ExecutionsMessage,
  feedPaths,
  type RoutesMessage,
} from '@beeline/core/contract';

/** A control plane as a gateway sees it, on a port of its own. */
export interface FakeControl {
  readonly url: string;
  readonly records: readonly ExecutionRecord[];
  publish(message: RoutesMessage): void;
  close(): Promise<void>;
}

export async function startControl(first: RoutesMessage): Promise<FakeControl> {
  let routes = first;
  const records: ExecutionRecord[] = [];
  const waiting = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
    if (pathname === feedPaths.executions) {
      void json(request).then((body) => {
        records.push(...(body as ExecutionsMessage).executions);
        response.end();
      });
    } else if (routes.version > Number(searchParams.get('after'))) response.end(JSON.stringify(routes));
    else waiting.add(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    publish(message) {
      routes = message;
      for (const response of waiting) response.end(JSON.stringify(routes));
      waiting.clear();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

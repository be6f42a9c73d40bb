import { createServer, type ServerResponse } from 'node:http';
import { silentLogger, systemClock } from '@beeline/core/base';
import type { FeedClient, LocationPort } from '@beeline/core/contract';
import { compileConfig } from '@beeline/core/service';
import { collectLessOften } from '../src/collect-less-often.ts';
import { createGateway, gatewaySettings, listenForGateway } from '../src/index.ts';
import { benchRoutes } from './bench-routes.ts';

/**
 * One process of the gateway benchmark: `streams <socket>` is a model server that streams, `gateway <port>
 * <directory> <toy's socket> <streams' socket>` is the whole pipeline.
 */
const [role = '', where = '', directory = '', toySocket = '', streamsSocket = ''] = process.argv.slice(2);

function writeTokens(response: ServerResponse): void {
  let left = 100;
  const timer = setInterval(() => {
    response.write(`data: ${process.hrtime.bigint() / 1_000n}\n\n`);
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    response.end();
  }, 10);
  response.on('close', () => clearInterval(timer));
}

const bigBody = Buffer.alloc(10 * 1_048_576, 'x');

function runStreams(): void {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/event-stream');
    request.resume();
    if (request.url?.endsWith('/big')) request.on('end', () => response.end(bigBody));
    else if (request.url?.endsWith('/tokens')) writeTokens(response);
    else response.write('data: first\n\n');
  });
  server.listen(where);
}

async function runGateway(): Promise<void> {
  const feeds: FeedClient = {
    pullRoutes: (after) => (after === 0 ? Promise.resolve(benchRoutes) : new Promise(() => {})),
    pullAssignments: () => Promise.reject(new Error('not used')),
    reportObserved: () => Promise.reject(new Error('not used')),
    pushLogs: () => Promise.reject(new Error('not used')),
    // What delivery costs beside the request path, without a network: a turn of the loop as with any I/O.
    pushExecutions() {
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  const wait = { queueMs: 0, startMs: 0, loadMs: 0 };
  const location: LocationPort = {
    location: 'local',
    acquire: ({ revision }) => ({
      target: { socketPath: revision === 'toy' ? toySocket : streamsSocket },
      replica: 'rep-1',
      wait,
      release() {},
    }),
  };
  const config = compileConfig(gatewaySettings, { env: {} });
  const gateway = await createGateway({
    name: 'bench',
    feeds,
    locations: [location],
    directory,
    clock: systemClock,
    logger: silentLogger,
    config,
  });
  listenForGateway(gateway, config, systemClock).server.listen(Number(where), '127.0.0.1');
}

process.on('SIGTERM', () => process.exit(0));

if (role === 'streams') runStreams();
else {
  collectLessOften(); // as the gateway's own program does
  await runGateway();
}

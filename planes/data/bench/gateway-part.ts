import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createRawServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { silentLogger, systemClock } from '@beeline/core/base';
import type { FeedClient, LocationPort, RoutesMessage } from '@beeline/core/contract';
import { compileConfig } from '@beeline/core/service';
import { applyServerLimits, createGateway, gatewayServerOptions, gatewaySettings } from '../src/index.ts';

/**
 * One process of the gateway benchmark: `upstream <socket>` answers at once whatever is asked, `gateway <port>
 * <upstream socket>` is the whole pipeline in front of it, `hello <port>` is Node's bare HTTP server. A line `cpu` on
 * the input is answered with the processor time used so far, in microseconds.
 */
const [role = '', where = '', upstreamPath = ''] = process.argv.slice(2);

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n[{"label":"a","score":0.99}]'.slice(
    0,
    -1,
  ),
);

function runUpstream(): void {
  createRawServer((socket) => {
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        text = text.slice(end + 4 + length);
        socket.write(answer);
      }
    });
    socket.on('error', () => socket.destroy());
  }).listen(where, () => process.stdout.write('ready\n'));
}

const routes: RoutesMessage = {
  version: 1,
  workspaces: ['acme'],
  routes: [
    {
      workspace: 'acme',
      model: 'toy',
      environment: 'production',
      state: 'serving',
      reason: null,
      retryable: false,
      targets: [{ revision: 'rev-1', weight: 100, locations: ['local'] }],
    },
  ],
  keys: [
    {
      id: 'key-1',
      hash: createHash('sha256').update('bl_bench').digest('hex'),
      workspaces: ['acme'],
      role: 'member',
      expiresAt: null,
    },
  ],
};

async function runGateway(): Promise<void> {
  const feeds: FeedClient = {
    pullRoutes: (after) => (after === 0 ? Promise.resolve(routes) : new Promise(() => {})),
    pullAssignments: () => Promise.reject(new Error('not used')),
    reportObserved: () => Promise.reject(new Error('not used')),
    pushLogs: () => Promise.reject(new Error('not used')),
    // What delivery costs beside the request path: the text of each batch.
    pushExecutions: async (message) => void JSON.stringify(message),
  };
  const target = { socketPath: upstreamPath };
  const wait = { queueMs: 0, startMs: 0, loadMs: 0 };
  const location: LocationPort = {
    location: 'local',
    acquire: () => ({ target, replica: 'rep-1', wait, release() {} }),
  };
  const gateway = await createGateway({
    name: 'bench',
    feeds,
    locations: [location],
    directory: join(dirname(upstreamPath), 'gateway'),
    clock: systemClock,
    logger: silentLogger,
    config: compileConfig(gatewaySettings, { env: {} }),
  });
  const server = createServer(gatewayServerOptions, (request, response) => gateway.handle(request, response));
  server.on('upgrade', (request, socket: Socket, head) => gateway.handleUpgrade(request, socket, head));
  applyServerLimits(server);
  server.listen(Number(where), '127.0.0.1', () => process.stdout.write('ready\n'));
}

function runHello(): void {
  const body = answer.subarray(-27);
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, ['content-type', 'application/json', 'content-length', '27']);
    response.end(body);
  });
  server.listen(Number(where), '127.0.0.1', () => process.stdout.write('ready\n'));
}

process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
});
process.stdin.on('end', () => process.exit(0));

if (role === 'upstream') runUpstream();
else if (role === 'gateway') await runGateway();
else runHello();

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { RoutesMessage } from '@beeline/core/contract';
import { type Part, startPart } from './start-part.ts';

/** A control plane that gives its routes once and throws away what it is told. */
async function startControl(routes: RoutesMessage): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') request.on('end', () => response.end());
    else if (request.url?.includes('after=0')) response.end(JSON.stringify(routes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Asked often enough that every worker gets some of the questions. */
async function allAreReady(port: number): Promise<boolean> {
  const ask = () => fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } });
  const answers = await Promise.all(Array.from({ length: 16 }, ask));
  return answers.every(({ ok }) => ok);
}

/** The gateway's own process, as users run it, with a worker on each core and `toySocket` for a location. */
export async function startWorkerGateway(options: {
  readonly cores: readonly number[];
  readonly port: number;
  readonly directory: string;
  readonly toySocket: string;
  readonly routes: RoutesMessage;
}): Promise<Part> {
  const { cores, directory, port } = options;
  const control = await startControl(options.routes);
  const main = fileURLToPath(import.meta.resolve('../src/main.ts'));
  const flags = [
    `--port=${port}`,
    `--workers=${cores.length}`,
    `--locations=local=unix:${options.toySocket}`,
    `--control-url=http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    `--data-dir=${directory}`,
    '--internal-token=of-the-benchmark',
    '--announce-period=0',
    '--log-level=error',
  ];
  const part = await startPart(cores, { port }, [process.execPath, main, ...flags]);
  while (!(await allAreReady(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    ...part,
    async stop() {
      await part.stop();
      control.close();
      control.closeAllConnections();
    },
  };
}

import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * A model server of the loss tests: it echoes the number of each request, whole or as a stream of numbered events,
 * and writes the number down before it answers, so that a request which was worked on twice is found. A number whose
 * caller left during a slow answer is written down once more, negative.
 * Arguments: the Unix socket, the file for the numbers.
 */
const [socketPath = '', servedFile = ''] = process.argv.slice(2);
const events = 10;
const pauseMs = 15;

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function stream(number: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let event = 0; event < events; event += 1) {
    response.write(`data: ${number} ${event}\n\n`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  response.end(`data: ${number} end\n\n`);
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
    return;
  }
  const { number } = JSON.parse(await readBody(request)) as { number: number };
  appendFileSync(servedFile, `${number}\n`);
  if (request.url?.startsWith('/stream')) {
    await stream(number, response);
    return;
  }
  if (request.url?.startsWith('/slow')) {
    response.on('close', () => appendFileSync(servedFile, `${-number}\n`));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ number, pid: process.pid }));
});
server.on('upgrade', (_request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(socketPath);

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * A model server whose answers take as long as the test wants: `/stream` sends a line again and again, `/silent` sends
 * nothing, both until the file of the second argument exists. Asked to stop, it finishes what it has, as a good server
 * does. First argument: the Unix socket.
 */
const [socketPath = '', endFile = ''] = process.argv.slice(2);
const pauseMs = 20;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end('{}');
    return;
  }
  request.resume();
  if (request.url === '/stream') response.writeHead(200, { 'content-type': 'text/plain' });
  const timer = setInterval(() => {
    if (existsSync(endFile)) response.end('the end');
    else if (request.url === '/stream') response.write('on and on\n');
  }, pauseMs);
  response.on('close', () => clearInterval(timer));
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(socketPath);

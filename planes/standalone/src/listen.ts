import type { AddressInfo, Server } from 'node:net';
import { BeelineError } from '@beeline/core/base';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this account may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this name has no address',
};

/**
 * Begins to listen and returns the port.
 * @throws BeelineError PORT_TAKEN, INVALID_CONFIGURATION with the way out.
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        const message = `port ${port} on ${host} is taken by another process: stop that one, or choose another with --port (0 takes a free one)`;
        reject(new BeelineError('PORT_TAKEN', { message, cause: error }));
        return;
      }
      const reason = reasons[error.code ?? ''] ?? error.message;
      const message = `cannot listen on ${host}:${port}: ${reason}; choose another with --host and --port`;
      reject(new BeelineError('INVALID_CONFIGURATION', { message, cause: error }));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

import { rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { BeelineError } from '../base/index.ts';

/** Where a server listens. */
export type ListenAddress =
  | { readonly host: string; readonly port: number }
  | { readonly socketPath: string };

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function taken(where: string, cause: NodeJS.ErrnoException | null): BeelineError {
  return new BeelineError('PORT_TAKEN', {
    message: `cannot listen on ${where} (${cause?.code ?? 'EADDRINUSE'}): stop what listens there, or choose another address`,
    ...(cause === null ? {} : { cause }),
  });
}

/**
 * Begins to listen; gives the address that others reach it at, `http://host:port` or `unix:/path`. A socket file that
 * a killed process left behind is replaced.
 * @throws BeelineError PORT_TAKEN
 */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  const unix = 'socketPath' in address;
  const where = unix ? `unix:${address.socketPath}` : `http://${address.host}:${address.port}`;
  if (unix) {
    if (await answers(address.socketPath)) throw taken(where, null);
    await rm(address.socketPath, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(taken(where, cause)));
    if (unix) server.listen(address.socketPath, resolve);
    else server.listen(address.port, address.host, resolve);
  });
  server.removeAllListeners('error');
  const bound = server.address();
  return unix || bound === null || typeof bound === 'string' ? where : `http://${address.host}:${bound.port}`;
}

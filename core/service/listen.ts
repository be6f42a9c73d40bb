import { rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { BeelineError } from '../base/index.ts';

/** Where a server listens. */
export type ListenAddress =
  | {
      readonly host: string;
      readonly port: number;
      /** Others may listen there too: the kernel gives each connection to one of them. Linux only. */
      readonly reusePort?: boolean;
    }
  | { readonly socketPath: string };

const nameOf = (address: ListenAddress) =>
  'socketPath' in address ? `unix:${address.socketPath}` : `http://${address.host}:${address.port}`;

function answers(address: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect('socketPath' in address ? { path: address.socketPath } : address);
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
 * Sees to it that nobody listens at an address, where listening itself would not fail: on a socket file, or beside
 * others that may listen there too.
 * @throws BeelineError PORT_TAKEN
 */
export async function requireFreeAddress(address: ListenAddress): Promise<void> {
  if ('port' in address && address.port === 0) return;
  if (await answers(address)) throw taken(nameOf(address), null);
}

/**
 * Connections that may wait to be accepted; the system may allow fewer. Those beyond it look accepted to their side
 * over TCP, and are reset when they send. All callers of a gateway that returns come at once.
 */
const backlog = 4_096;

/**
 * Begins to listen; gives the address that others reach it at, `http://host:port` or `unix:/path`. A socket file that
 * a killed process left behind is replaced.
 * @throws BeelineError PORT_TAKEN
 */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  const unix = 'socketPath' in address;
  if (unix) {
    await requireFreeAddress(address);
    await rm(address.socketPath, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(taken(nameOf(address), cause)));
    server.listen({ ...(unix ? { path: address.socketPath } : address), backlog }, resolve);
  });
  server.removeAllListeners('error');
  const bound = server.address();
  return unix || bound === null || typeof bound === 'string'
    ? nameOf(address)
    : `http://${address.host}:${bound.port}`;
}

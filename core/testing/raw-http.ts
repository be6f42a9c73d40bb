import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** One end of a connection, for tests that look at every byte. */
export interface RawPeer {
  readonly socket: Socket;
  /** Everything received so far, as latin1 text. */
  readonly text: string;
  readonly receivedBytes: number;
  /** The other side has ended or cut the connection. */
  readonly ended: boolean;
  /** It was cut: the connection ended with an error. */
  readonly failed: boolean;
  send(data: string | Buffer): void;
  /** Waits until the text holds this; gives the whole text. */
  until(what: string | RegExp): Promise<string>;
  /** Forgets what was received. */
  clear(): void;
  destroy(): void;
}

/** Wraps a socket; keeps no more than the first megabyte of what comes. */
export function rawPeer(socket: Socket): RawPeer {
  let text = '';
  let receivedBytes = 0;
  let ended = false;
  let failed = false;
  socket.on('data', (bytes: Buffer) => {
    receivedBytes += bytes.length;
    if (text.length < 1_048_576) text += bytes.toString('latin1');
  });
  socket.on('end', () => {
    ended = true;
  });
  socket.on('close', () => {
    ended = true;
  });
  socket.on('error', () => {
    failed = true;
  });
  const has = (what: string | RegExp) => (typeof what === 'string' ? text.includes(what) : what.test(text));
  return {
    socket,
    get text() {
      return text;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    get ended() {
      return ended;
    },
    get failed() {
      return failed;
    },
    send: (data) => {
      socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    },
    until: (what) =>
      waitFor(`${String(what)} to be received`, () => (has(what) ? { text } : false)).then((got) => got.text),
    clear() {
      text = '';
    },
    destroy: () => socket.destroy(),
  };
}

export function connectRaw(address: { readonly port: number } | { readonly path: string }): Promise<RawPeer> {
  return new Promise((resolve, reject) => {
    const socket = 'path' in address ? connect(address.path) : connect(address.port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(rawPeer(socket));
    });
  });
}

/** A server that only accepts: what it says is up to the test. */
export interface RawServer {
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  /** Connections in the order they came, ended ones included. */
  readonly peers: readonly RawPeer[];
  /** The connection with this number, counted from 0, once it is there. */
  peer(index: number): Promise<RawPeer>;
  close(): Promise<void>;
}

export async function startRawServer(options: { readonly tcp?: boolean } = {}): Promise<RawServer> {
  const directory = await mkdtemp(join(tmpdir(), 'raw-'));
  const socketPath = join(directory, 's');
  const peers: RawPeer[] = [];
  const server = createServer((socket) => peers.push(rawPeer(socket)));
  await new Promise<void>((resolve) => {
    if (options.tcp) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  const target = options.tcp
    ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    : { socketPath };
  return {
    target,
    peers,
    peer: (index) => waitFor(`connection ${index}`, () => peers[index]),
    async close() {
      for (const peer of peers) peer.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createApiKey,
  createControlPlane,
  madeByPlatform,
  openSecretKeys,
  openStore,
} from '@beeline/control';
import { Secret, silentLogger, systemClock } from '@beeline/core/base';
import { type Client, createClient } from '@beeline/sdk';
import { type Program, startProgram } from './start-program.ts';

const planes = join(import.meta.dirname, '../../planes');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface ApartOptions {
  /** What gateways reach the location over. */
  readonly ingress: 'unix' | 'tcp';
  /** The numbered model server in place of every engine, or the engines that the platform comes with. */
  readonly engine?: 'numbered' | 'real';
}

/** The platform as separate processes: control, a location and two gateways. */
export interface Apart {
  readonly client: Client;
  readonly apiKey: Secret;
  readonly directory: string;
  /** Of a model, with one file. */
  readonly modelDirectory: string;
  /** Where model servers write the numbers of the calls they work on. */
  readonly servedFile: string;
  readonly control: Program;
  readonly location: Program;
  /** Where the location takes the requests of gateways. */
  readonly ingress: { readonly path: string } | { readonly port: number };
  readonly gateways: readonly [Program, Program];
  /** Addresses of the gateways, in their order. */
  readonly gatewayUrls: readonly [string, string];
  close(): Promise<void>;
}

/** Makes the database of a control plane, with a key to it. */
async function makeKey(dataDir: string, token: string): Promise<Secret> {
  const store = await openStore({ dataDir });
  const control = await createControlPlane({
    store,
    secretKeys: await openSecretKeys(
      store,
      { secretsKey: null, secretsKeyFile: null, dataDir },
      silentLogger,
    ),
    clock: systemClock,
    logger: silentLogger,
    internalToken: new Secret(token),
    publicUrl: 'http://127.0.0.1',
    localLocation: null,
  });
  const key = await createApiKey(
    store,
    { name: 'test', workspaces: ['default'], role: 'admin', expiresAt: null, createdBy: madeByPlatform },
    Date.now(),
  );
  await control.close();
  await store.close();
  return key.token;
}

/** Where the ingress listens: for tests, as the location's settings, and as a gateway is told. */
async function chooseIngress(kind: ApartOptions['ingress'], directory: string) {
  if (kind === 'unix') {
    const path = join(directory, 'location.sock');
    return { ingress: { path }, settings: { socket: path }, address: `unix:${path}` };
  }
  const port = await freePort();
  return { ingress: { port }, settings: { port: String(port) }, address: `http://127.0.0.1:${port}` };
}

export async function startApart(options: ApartOptions): Promise<Apart> {
  const directory = await mkdtemp(join(tmpdir(), 'beeline-apart-'));
  const servedFile = join(directory, 'served');
  await writeFile(servedFile, '');
  const modelDirectory = join(directory, 'model');
  await mkdir(modelDirectory);
  await writeFile(join(modelDirectory, 'weights'), 'none');
  const token = randomBytes(16).toString('hex');
  const apiKey = await makeKey(join(directory, 'control'), token);
  const { ingress, settings, address } = await chooseIngress(options.ingress, directory);
  const controlPort = await freePort();
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  const start = (program: string, settings: Readonly<Record<string, string>>) =>
    startProgram({
      program,
      token,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    });
  const control = await start(join(planes, 'control/src/main.ts'), {
    'data-dir': join(directory, 'control'),
    port: String(controlPort),
  });
  const realLocation = join(planes, 'execution/src/main.ts');
  const numberedLocation = join(import.meta.dirname, 'numbered-location.ts');
  const location = await start(options.engine === 'real' ? realLocation : numberedLocation, {
    name: 'here',
    'data-dir': join(directory, 'location'),
    'control-url': controlUrl,
    ...settings,
  });
  const gatewayPorts = [await freePort(), await freePort()] as const;
  const startGateway = (name: string, port: number, workers: Readonly<Record<string, string>>) =>
    start(join(planes, 'data/src/main.ts'), {
      name,
      port: String(port),
      'data-dir': join(directory, name),
      'control-url': controlUrl,
      locations: `here=${address}`,
      'announce-period': '500ms',
      'usage-interval': '200ms',
      ...workers,
    });
  const gateways = [
    await startGateway('gate-a', gatewayPorts[0], {}),
    await startGateway('gate-b', gatewayPorts[1], { workers: '1' }),
  ] as const;
  const runUrl = `http://127.0.0.1:${gatewayPorts[0]}`;
  return {
    client: createClient({ apiUrl: `${controlUrl}/v0`, runUrl, apiKey, workspace: 'default' }),
    apiKey,
    directory,
    modelDirectory,
    servedFile,
    control,
    location,
    ingress,
    gateways,
    gatewayUrls: [runUrl, `http://127.0.0.1:${gatewayPorts[1]}`],
    async close() {
      for (const gateway of gateways) await gateway.stop('SIGTERM');
      await location.stop('SIGTERM');
      await control.stop('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

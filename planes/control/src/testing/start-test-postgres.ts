import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { Client } from 'pg';

const debianRoot = '/usr/lib/postgresql';

/** A real PostgreSQL server on a free port, with its files in a directory of its own. */
export interface TestPostgres {
  /** Makes an empty database and gives its URL. */
  newDatabase(): Promise<string>;
  /** Ends the server with SIGKILL, whose own processes follow it, and starts it again on the same files. */
  crash(): Promise<void>;
  /** Ends the server; databases do not answer until it is started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Directory of the newest PostgreSQL programs of this machine; null without any. */
export function findPostgres(): string | null {
  if (!existsSync(debianRoot)) return null;
  const versions = readdirSync(debianRoot)
    .map(Number)
    .filter((version) => existsSync(join(debianRoot, String(version), 'bin', 'initdb')));
  return versions.length === 0 ? null : join(debianRoot, String(Math.max(...versions)), 'bin');
}

/** PostgreSQL refuses to run as root; `nobody` does as well as any. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Starts a server from the programs in `bin`; takes about two seconds. */
export async function startTestPostgres(bin: string): Promise<TestPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'beeline-postgres-'));
  const owner = unprivileged();
  chmodSync(directory, 0o700);
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(directory, owner.uid, owner.gid);
  const files = join(directory, 'data');
  const port = await freePort();
  const options = { ...owner, cwd: directory, stdio: 'ignore' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', files, '-U', 'beeline', '-A', 'trust', '--no-sync'], options);
  const urlOf = (database: string) => `postgres://beeline@127.0.0.1:${port}/${database}`;

  async function run(statement: string): Promise<void> {
    const client = new Client({ connectionString: urlOf('postgres') });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<ChildProcess> {
    const flags = [
      '-D',
      files,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      directory,
      '-c',
      'max_connections=40',
    ];
    const child = spawn(join(bin, 'postgres'), flags, options);
    await waitFor('PostgreSQL to answer', () => run('SELECT 1').then(() => true), 30_000);
    return child;
  }

  let server = await start();
  let databases = 0;
  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    server.kill(signal);
    await ended(server);
  }
  return {
    async newDatabase() {
      databases += 1;
      await run(`CREATE DATABASE test_${databases}`);
      return urlOf(`test_${databases}`);
    },
    async crash() {
      await end('SIGKILL');
      server = await start();
    },
    stop: () => end('SIGINT'),
    async start() {
      server = await start();
    },
    async close() {
      await end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

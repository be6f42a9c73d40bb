import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = new URL('./main.ts', import.meta.url).pathname;
const token = 'internal-token-of-a-test';

let dataDir: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'beeline-control-'));
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  rmSync(dataDir, { recursive: true, force: true });
});

function start(env: Record<string, string>): { readonly child: ChildProcess; output(): string } {
  const chunks: string[] = [];
  const started = spawn(process.execPath, [program], {
    env: { ...process.env, BL_DATA_DIR: dataDir, BL_INTERNAL_TOKEN: token, BL_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  started.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  child = started;
  return { child: started, output: () => chunks.join('') };
}

describe('control as a process', () => {
  it('listens, and on SIGTERM answers who waits, closes its database and exits with 0', async () => {
    const running = start({});
    const url = await waitFor('it to listen', () => /"url":"([^"]+)"/.exec(running.output())?.[1], 60_000);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const headers = { authorization: `Bearer ${token}` };
    const first = await fetch(`${url}/internal/v1/routes?gateway=g`, { headers });
    const { version } = (await first.json()) as { version: number };
    const waiting = fetch(`${url}/internal/v1/routes?gateway=g&after=${version}&waitMs=60000`, { headers });
    const quick = await fetch(`${url}/healthz`);
    expect(quick.status).toBe(200);
    const exited = once(running.child, 'exit');
    running.child.kill('SIGTERM');
    expect((await waiting).status).toBe(204);
    expect(await exited).toEqual([0, null]);
  });

  it('gives out the first admin key of a new database once, and the API takes it', async () => {
    const first = start({});
    const url = await waitFor('it to listen', () => /"url":"([^"]+)"/.exec(first.output())?.[1], 60_000);
    const key = await waitFor('the key', () => /shown only now:\s+(\S+)/.exec(first.output())?.[1]);
    const models = await fetch(`${url}/v0/models`, { headers: { authorization: `Bearer ${key}` } });
    expect([models.status, await models.json()]).toEqual([200, []]);
    const exited = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    await exited;
    const second = start({});
    const again = await waitFor('it to listen', () => /"url":"([^"]+)"/.exec(second.output())?.[1], 60_000);
    expect((await fetch(`${again}/readyz`)).status).toBe(200);
    expect(second.output()).not.toContain('API key');
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const running = start({ BL_PORT: port });
    expect(await once(running.child, 'exit')).toEqual([1, null]);
    // The log tells of the key for secrets that it made; the failure itself is one line.
    expect(
      running
        .output()
        .split('\n')
        .filter((line) => !line.startsWith('{')),
    ).toEqual([
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE): stop what listens there, or set BL_PORT`,
      '',
    ]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('says which setting is wrong', async () => {
    const running = start({ BL_PORT: 'http' });
    expect(await once(running.child, 'exit')).toEqual([1, null]);
    expect(running.output()).toBe('BL_PORT must be a whole number from 0 to 65535 (received "http")\n');
  });
});

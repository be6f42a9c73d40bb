import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { silentLogger, systemClock } from '@beeline/core/base';
import { compileConfig } from '@beeline/core/service';
import { standaloneSettings, startPlatform } from '@beeline/standalone';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const statusOf = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers: { connection: 'close', ...headers } }).then(
    ({ status }) => status,
    () => 'refused' as const,
  );

describe('/readyz of an embedded platform', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'beeline-ready-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is 200 from the moment on that inference is served, until it stops', { timeout: 180_000 }, async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const paths = ['--data-dir', join(directory, 'data'), '--config', join(directory, 'config.yaml')];
    const config = compileConfig(standaloneSettings, {
      env: {},
      argv: [...paths, '--port', String(port)],
    });
    let started = false;
    const starting = startPlatform(config, systemClock, silentLogger).finally(() => {
      started = true;
    });
    const early = new Set<unknown>();
    for (let status = await statusOf(`${url}/readyz`); status !== 200 && !started; ) {
      early.add(status);
      await setTimeout(5);
      status = await statusOf(`${url}/readyz`);
    }
    // A gateway that is not there yet answers 503.
    expect(await statusOf(`${url}/default/models/none`)).toBe(401);
    expect([503, 'refused']).toEqual(expect.arrayContaining([...early]));

    const platform = await starting;
    const closing = platform.close();
    expect(await statusOf(`${url}/readyz`)).not.toBe(200);
    await closing;
    expect(await statusOf(`${url}/readyz`)).toBe('refused');
  });
});

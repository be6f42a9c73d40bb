import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGoldenRelease, unpackRelease } from '../golden/golden-release.ts';
import { type Started, startDamaged } from './start-damaged.ts';

const golden = loadGoldenRelease('0.1.0');
const mebibyte = 1024 * 1024;
const workshop = mkdtempSync(join(tmpdir(), 'beeline-full-'));
const disk = join(workshop, 'disk');
const filler = join(disk, 'filler');

/** Mounts a small disk; null, with a warning, where that is not allowed. */
function mountDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch (error) {
    const reason = `needs a file system of its own, which root may mount: ${String(error)}`;
    if (process.env.CI === 'true') throw new Error(`the test of a full disk ${reason}`);
    console.warn(`SKIPPED: the test of a full disk ${reason}`);
    return false;
  }
}

const mounted = mountDisk();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmSync(workshop, { recursive: true, force: true });
});

describe.skipIf(!mounted)('a platform on a disk that gets full', () => {
  let platform: Extract<Started, { readonly url: string }>;
  beforeAll(async () => {
    unpackRelease('0.1.0', join(disk, 'data'));
    const started = await startDamaged(join(disk, 'data'));
    if ('lines' in started) throw new Error(started.lines.join('\n'));
    platform = started;
  });
  afterAll(() => platform.stop('SIGTERM'));

  async function call(method: string, path: string, body?: unknown) {
    const response = await fetch(`${platform.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${golden.adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const write = (name: string) =>
    call('POST', '/v0/environments', { metadata: { name, displayName: name }, spec: { policies: [] } });
  const ask = () => call('POST', '/default/models/sentiment', golden.question);

  it('refuses writes with the reason, reads and infers, and writes again when there is space', async () => {
    await waitFor('the model to answer', async () => (await ask()).status === 200, 40_000);
    expect((await write('before')).status).toBe(200);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 16 * mebibyte));
    await waitFor('writes to be refused', async () => (await write('during')).status === 503);
    const refused = await write('during');
    expect(JSON.stringify(refused.body)).toMatch(
      /STORE_UNAVAILABLE.*the disk of .* is full.*free some space/,
    );
    const listed = await call('GET', '/v0/models');
    expect(listed).toMatchObject({ status: 200, body: expect.objectContaining({ length: 2 }) });
    for (let asked = 0; asked < 20; asked += 1) expect((await ask()).status).toBe(200);
    rmSync(filler);
    await waitFor('writes to be taken', async () => (await write('after')).status === 200);
    const { body } = await call('GET', '/v0/environments');
    const names = JSON.stringify(body);
    expect([names.includes('"before"'), names.includes('"after"')]).toEqual([true, true]);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@beeline/core/base';
import type { ExecutionsMessage } from '@beeline/core/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleRecord } from '../../testing/sample-record.ts';
import { ExecutionSheet } from './execution-sheet.ts';
import { openUsageBuffer } from './open-usage-buffer.ts';
import type { UsageBatch } from './usage-spool.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'usage-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (maxBytes = 1_000_000) =>
  openUsageBuffer({ gateway: 'gate', directory, maxBytes, logger: silentLogger });

const record = (id: string) => ({ ...sampleRecord, id });

const down = () => Promise.reject(new Error('control is down'));
const ids = (batches: readonly ExecutionsMessage[]) =>
  batches.flatMap((batch) => batch.executions.map((entry) => entry.id));
const read = (batch: UsageBatch) => JSON.parse(Buffer.from(batch.message).toString()) as ExecutionsMessage;

/** A control plane that takes everything. */
function collector() {
  const batches: ExecutionsMessage[] = [];
  const push = async (batch: UsageBatch) => {
    batches.push(read(batch));
  };
  return { batches, push };
}

describe('execution records', () => {
  it('are delivered once, in batches with names of their own', async () => {
    const usage = await open();
    for (let index = 0; index < 2_500; index += 1) usage.add(record(`e${index}`));
    const { batches, push } = collector();
    await usage.deliver(push);
    await usage.deliver(push);
    expect(batches.map((batch) => batch.executions.length)).toEqual([1_000, 1_000, 500]);
    expect(new Set(batches.map((batch) => batch.batch)).size).toBe(3);
  });

  it('wait on disk while control is down, for the owner alone to read, and keep their order', async () => {
    const usage = await open();
    usage.add(record('a'));
    await expect(usage.deliver(down)).rejects.toThrow('control is down');
    usage.add(record('b'));
    await expect(usage.deliver(down)).rejects.toThrow('control is down');
    const [file = ''] = await readdir(directory);
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    usage.add(record('c'));
    const { batches, push } = collector();
    await usage.deliver(push);
    expect(ids(batches)).toEqual(['a', 'b', 'c']);
    expect(await readdir(directory)).toEqual([]);
  });

  it('keep the name of their batch over a restart, so that a repeated delivery is harmless', async () => {
    const first = await open();
    first.add(record('a'));
    let named = '';
    await expect(
      first.deliver((batch) => {
        named = read(batch).batch;
        return down();
      }),
    ).rejects.toThrow();
    first.add(record('b'));
    await first.close();
    const { batches, push } = collector();
    await (await open()).deliver(push);
    expect(batches[0]?.batch).toBe(named);
    expect(ids(batches)).toEqual(['a', 'b']);
  });

  it('are dropped oldest first when the disk space is used up, and counted', async () => {
    const usage = await open(1_500);
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      usage.add(record(id));
      await expect(usage.deliver(down)).rejects.toThrow();
    }
    const { batches, push } = collector();
    await usage.deliver(push);
    const left = ids(batches);
    expect(left.at(-1)).toBe('e');
    expect(left.length).toBeGreaterThan(1);
    expect(usage.dropped).toBe(5 - left.length);
  });

  it('that others have put together are delivered as they are, and bounded with the rest', async () => {
    const usage = await open();
    const sheet = new ExecutionSheet('gate');
    sheet.add(record('a'));
    usage.addBatch(sheet.seal());
    usage.addBatch({ records: 100_000, message: new Uint8Array() });
    usage.add(record('b'));
    const { batches, push } = collector();
    await usage.deliver(push);
    expect(ids(batches)).toEqual(['a', 'b']);
    expect(usage.dropped).toBe(100_000);
  });

  it('are delivered from memory when something else lies in the place of their directory', async () => {
    const told: string[] = [];
    const logger: Logger = { ...silentLogger, error: (_fields, message) => told.push(message) };
    const path = join(directory, 'usage');
    await writeFile(path, 'no directory');
    const usage = await openUsageBuffer({ gateway: 'gate', directory: path, maxBytes: 1_000, logger });
    usage.add(record('a'));
    await expect(usage.deliver(down)).rejects.toThrow('control is down');
    usage.add(record('b'));
    const { batches, push } = collector();
    await usage.deliver(push);
    expect(ids(batches)).toEqual(['b']);
    expect(usage.dropped).toBe(1);
    expect(told).toEqual([
      'execution records cannot be kept on disk: those that control does not take at once are lost',
      'execution records were lost: control did not take them, nor memory or disk',
    ]);
  });

  it('in the place of which something else lies do not hold up the others', async () => {
    await mkdir(join(directory, '000000000001-7.json'));
    await mkdir(join(directory, 'stray'));
    execFileSync('mkfifo', [join(directory, '000000000002-3.json')]);
    const usage = await open();
    usage.add(record('a'));
    const { batches, push } = collector();
    await usage.deliver(push);
    expect(ids(batches)).toEqual(['a']);
    expect(usage.dropped).toBe(10);
    expect(await readdir(directory)).toEqual([]);
  });

  it('in a damaged file do not hold up the others', async () => {
    await writeFile(join(directory, '000000000001-7.json'), '{"batch":"x","exec');
    await writeFile(join(directory, '000000000002-1.json.new'), 'half');
    const usage = await open();
    usage.add(record('a'));
    const { batches, push } = collector();
    await usage.deliver(push);
    expect(ids(batches)).toEqual(['a']);
    expect(usage.dropped).toBe(7);
  });
});

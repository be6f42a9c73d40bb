import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { BeelineError } from '@beeline/core/base';
import { createFakeClock, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveFileJobs } from './disk/serve-file-jobs.ts';
import { packError, unpackError } from './disk/thread-messages.ts';
import { type FileWorker, openFileThread } from './file-thread.ts';

let root: string;
let directory: string;
let workers: TestWorker[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-jobs-'));
  directory = join(root, 'cache');
  await mkdir(join(root, 'origin'));
  await writeFile(join(root, 'origin', 'config.json'), '{}');
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) await worker.terminate();
  await rm(root, { recursive: true, force: true });
});

/** A worker's two ends in one thread. */
class TestWorker implements FileWorker {
  readonly channel = new MessageChannel();
  readonly listeners = new Map<string, (value: never) => void>();
  holds = true;
  ended = false;

  constructor() {
    serveFileJobs(this.channel.port2);
  }
  on(event: string, listener: (value: never) => void): void {
    if (event === 'message') this.channel.port1.on('message', listener as (message: unknown) => void);
    else this.listeners.set(event, listener);
  }
  postMessage(message: unknown): void {
    this.channel.port1.postMessage(message);
  }
  ref(): void {
    this.holds = true;
  }
  unref(): void {
    this.holds = false;
  }
  async terminate(): Promise<number> {
    this.ended = true;
    this.channel.port1.close();
    return 0;
  }
}

const open = (keep: boolean) =>
  openFileThread({
    keep,
    startThread() {
      const worker = new TestWorker();
      workers.push(worker);
      return worker;
    },
  });
const copy = (path = join(root, 'origin')) => ({
  ...{ directory, path, trusted: true, knownSizes: new Set<number>() },
  rules: { roots: [], forbidden: [] },
  limits: { maxFiles: 10, maxBytes: 1024 ** 4 },
});
const absent = { directory: '', digest: `sha256:${'0'.repeat(64)}`, written: [] };

test('one that is kept does all its jobs in one thread, which keeps the process only while it works', async () => {
  const thread = open(true);
  expect(await thread.run('open', { directory })).toEqual({ blobs: [], snapshots: [], strays: 0 });
  expect(workers).toHaveLength(1);
  expect(workers[0]?.holds).toBe(false);
  const running = thread.run('copy', copy());
  expect(workers[0]?.holds).toBe(true);
  expect((await running).files).toHaveLength(1);
  expect(workers).toHaveLength(1);
  expect(workers[0]).toMatchObject({ holds: false, ended: false });
});

test('one that is not kept ends when it has nothing to do, and starts again for the next job', async () => {
  const thread = open(false);
  await Promise.all([thread.run('open', { directory }), thread.run('verify', absent)]);
  expect(workers.map(({ ended }) => ended)).toEqual([true]);
  await thread.run('verify', absent);
  expect(workers.map(({ ended }) => ended)).toEqual([true, true]);
});

test('jobs take turns: a short one is done before a long one ends', async () => {
  const thread = open(true);
  await thread.run('open', { directory });
  await mkdir(join(root, 'large'));
  await writeFile(join(root, 'large', 'weights'), '');
  await truncate(join(root, 'large', 'weights'), 1024 ** 4 / 2);
  const stop = new AbortController();
  const long = thread.run('copy', copy(join(root, 'large')), stop.signal).catch((error: unknown) => error);
  const incoming = () => readdir(join(directory, 'incoming'));
  await waitFor('the copy', async () => (await incoming()).length === 1);
  expect(await thread.run('verify', { ...absent, directory })).toEqual({ state: 'absent' });
  stop.abort(new Error('enough'));
  expect(await long).toEqual(new Error('enough'));
  await waitFor('nothing of it', async () => (await incoming()).length === 0);
  await waitFor('an idle thread', () => workers[0]?.holds === false);
  await expect(thread.run('open', { directory }, stop.signal)).rejects.toThrow('enough');
});

test('an error of a job arrives as what it was', async () => {
  const thread = open(true);
  await expect(thread.run('copy', copy(join(root, 'none')))).rejects.toMatchObject({
    code: 'MODEL_MISSING',
    message: expect.stringContaining('there is no directory'),
  });
  await expect(thread.run('sweep', { directory: join(root, 'none'), leaving: [] })).rejects.toThrow('ENOENT');
});

test('a thread that ends by itself fails what it was doing, and the next job gets another', async () => {
  for (const [event, value, reason] of [
    ['error', new Error('out of memory'), 'the thread for files ended: Error: out of memory'],
    ['exit', 1, 'the thread for files ended: code 1'],
  ] as const) {
    const thread = open(true);
    const running = thread.run('open', { directory });
    const worker = workers.at(-1);
    worker?.listeners.get(event)?.(value as never);
    await expect(running).rejects.toThrow(reason);
    await thread.run('open', { directory });
    expect(workers.at(-1)).not.toBe(worker);
    worker?.listeners.get('exit')?.(0 as never);
    await thread.run('open', { directory });
  }
});

test('closing fails what runs, ends the thread and takes no more', async () => {
  const thread = open(true);
  const running = thread.run('open', { directory });
  thread.close();
  await expect(running).rejects.toThrow('is closed');
  expect(workers[0]?.ended).toBe(true);
  await expect(thread.run('open', { directory })).rejects.toThrow('is closed');
});

test('errors keep code and detail between threads, and their class', () => {
  const back = (error: unknown) => unpackError(packError(error));
  const known = back(new BeelineError('MODEL_INVALID', { message: 'no', detail: 'why' }));
  expect(known).toBeInstanceOf(BeelineError);
  expect(known).toMatchObject({ code: 'MODEL_INVALID', message: 'no', detail: 'why' });
  const caused = new BeelineError('MODEL_INVALID', { message: 'no', cause: new Error('deep') });
  expect(back(caused)).toMatchObject({ detail: 'Error: deep' });
  const other = back(new Error('plain'));
  expect(other).not.toBeInstanceOf(BeelineError);
  expect(other).toMatchObject({ message: 'plain', cause: expect.stringContaining('plain') });
  expect(back('text')).toMatchObject({ message: 'text' });
});

test('a thread that says nothing for as long as it may is given up, one that gets on is not', async () => {
  const clock = createFakeClock();
  const silent: TestWorker[] = [];
  const thread = openFileThread({
    keep: false,
    stall: { ms: 1_000, clock, error: () => new Error('stuck') },
    startThread() {
      const worker = new TestWorker();
      worker.postMessage = () => {};
      silent.push(worker);
      return worker;
    },
  });
  const tell = (message: unknown) =>
    new Promise<void>((resolve) => {
      silent[0]?.channel.port1.once('message', () => resolve());
      silent[0]?.channel.port2.postMessage(message);
    });
  let error: unknown = null;
  const running = thread.run('verify', absent).catch((thrown: unknown) => {
    error = thrown;
  });
  await clock.advance(999);
  await tell({ alive: true });
  await clock.advance(999);
  expect([error, silent[0]?.ended]).toEqual([null, false]);
  await clock.advance(1);
  await running;
  expect([error, silent[0]?.ended, silent[0]?.holds]).toEqual([new Error('stuck'), true, false]);
  const next = thread.run('verify', absent).catch((thrown: unknown) => thrown);
  expect(silent).toHaveLength(2);
  thread.close();
  expect(await next).toMatchObject({ message: 'the thread for files is closed' });
});

test('a thread without work is not given up', async () => {
  const clock = createFakeClock();
  const thread = openFileThread({
    keep: true,
    stall: { ms: 1_000, clock, error: () => new Error('stuck') },
    startThread() {
      const worker = new TestWorker();
      workers.push(worker);
      return worker;
    },
  });
  await thread.run('open', { directory });
  await clock.advance(2_000);
  await thread.run('open', { directory });
  expect(workers).toHaveLength(1);
});

test('jobs that get on are told of about once a second', async () => {
  const { port1, port2 } = new MessageChannel();
  let nowMs = 0;
  serveFileJobs(port2, () => nowMs);
  const messages: unknown[] = [];
  port1.on('message', (message: unknown) => messages.push(message));
  const job = async (id: number, stepMs: number) => {
    nowMs += stepMs;
    port1.postMessage({ id, job: 'verify', request: absent });
    await waitFor('the answer', () => messages.some((message) => Object(message).id === id));
  };
  await job(1, 999);
  expect(messages).not.toContainEqual({ alive: true });
  await job(2, 1);
  await waitFor('the news', () => messages.some((message) => Object(message).alive === true));
  await job(3, 999);
  expect(messages).toHaveLength(4);
  port1.close();
});

import { type LogFields, type Logger, silentLogger } from '@beeline/core/base';
import { createFakeClock } from '@beeline/core/testing';
import { describe, expect, it } from 'vitest';
import { KeptWorker } from './keep-worker.ts';
import type { FromWorkerMessage, ToWorkerMessage } from './worker-messages.ts';
import type { WorkerThreadEvents } from './worker-thread.ts';

interface FakeThread {
  readonly events: WorkerThreadEvents;
  readonly told: ToWorkerMessage['kind'][];
  ended: boolean;
}

/** A place for a worker whose threads do what the test says. */
function keep() {
  const clock = createFakeClock();
  const threads: FakeThread[] = [];
  const heard: FromWorkerMessage['kind'][] = [];
  const lines: LogFields[] = [];
  const log = (fields: LogFields) => void lines.push(fields);
  const logger: Logger = { ...silentLogger, warn: log, error: log };
  const kept = new KeptWorker({
    worker: 2,
    clock,
    logger,
    startThread(events) {
      const thread: FakeThread = { events, told: [], ended: false };
      threads.push(thread);
      return {
        send: (message) => void thread.told.push(message.kind),
        end() {
          if (thread.ended) return;
          thread.ended = true;
          queueMicrotask(() => events.onEnded('it was ended'));
        },
      };
    },
    onMessage: (message) => void heard.push(message.kind),
    onEnded: () => 7,
  });
  const thread = (index: number) => {
    const found = threads[index];
    if (found === undefined) throw new Error(`there is no thread ${index}`);
    return found;
  };
  const listen = (index: number) => thread(index).events.onMessage({ kind: 'listening', url: 'http://here' });
  return { clock, kept, threads, thread, listen, heard, lines };
}

describe('a place for a worker', () => {
  it('tells where its first thread listens', async () => {
    const { kept, listen } = keep();
    expect(kept.listening).toBe(false);
    listen(0);
    expect([await kept.started, kept.listening]).toEqual(['http://here', true]);
  });

  it('gives the error of a thread that cannot start, and starts no other', async () => {
    const { clock, kept, thread, threads } = keep();
    thread(0).events.onMessage({ kind: 'failed', code: 'PORT_TAKEN', message: 'cannot listen' });
    await expect(kept.started).rejects.toMatchObject({ code: 'PORT_TAKEN', message: 'cannot listen' });
    await clock.advance(60_000);
    expect(threads).toHaveLength(1);
  });

  it('fails with what a thread threw before it listened', async () => {
    const { kept, thread } = keep();
    thread(0).events.onEnded('SyntaxError: somewhere');
    await expect(kept.started).rejects.toMatchObject({ detail: 'SyntaxError: somewhere' });
  });

  it('puts another thread in the place of one that crashed, and says what was lost', async () => {
    const { clock, kept, listen, lines, thread, threads } = keep();
    listen(0);
    thread(0).events.onEnded('TypeError: oh');
    expect(lines).toEqual([expect.objectContaining({ worker: 2, lost: 7, reason: 'TypeError: oh' })]);
    expect([threads.length, kept.listening]).toEqual([1, false]);
    await clock.advance(100);
    expect([threads.length, kept.restarts]).toEqual([2, 1]);
    listen(1);
    expect(kept.listening).toBe(true);
  });

  it('waits longer from crash to crash, and not after a thread that lived for long', async () => {
    const { clock, listen, lines, thread } = keep();
    const pauseOf = (index: number) => Number(lines[index]?.pauseMs);
    for (let crash = 0; crash < 8; crash += 1) {
      listen(crash);
      thread(crash).events.onEnded('again');
      await clock.advance(pauseOf(crash));
    }
    expect(pauseOf(7)).toBeGreaterThan(5 * pauseOf(0));
    expect(pauseOf(7)).toBeLessThanOrEqual(10_000);
    listen(8);
    await clock.advance(60_000);
    thread(8).events.onEnded('much later');
    expect(pauseOf(8)).toBeLessThanOrEqual(100);
  });

  it('passes on what its thread tells', () => {
    const { heard, listen, thread } = keep();
    listen(0);
    thread(0).events.onMessage({ kind: 'scrape' });
    expect(heard).toEqual(['scrape']);
  });

  it('closes when its thread has finished', async () => {
    const { kept, listen, lines, thread } = keep();
    listen(0);
    const closed = kept.close(1_000);
    expect(thread(0).told).toEqual(['leave', 'close']);
    thread(0).events.onMessage({ kind: 'closed' });
    await closed;
    expect(thread(0).ended).toBe(true);
    expect(lines.filter((line) => line.pauseMs !== undefined)).toEqual([]);
  });

  it('closes when the thread has finished that took the place of another', async () => {
    const { clock, kept, listen, thread } = keep();
    listen(0);
    thread(0).events.onEnded('early');
    await clock.advance(100);
    listen(1);
    let closed = false;
    const closing = kept.close(1_000).then(() => {
      closed = true;
    });
    await clock.advance(10);
    expect(closed).toBe(false);
    thread(1).events.onMessage({ kind: 'closed' });
    await closing;
  });

  it('ends a thread that does not finish in time, and says so', async () => {
    const { clock, kept, listen, lines, thread } = keep();
    listen(0);
    const closed = kept.close(1_000);
    await clock.advance(1_000);
    await closed;
    expect([thread(0).ended, lines.length]).toEqual([true, 2]);
    expect(lines[1]).toMatchObject({ worker: 2, lost: 7 });
  });

  it('starts no thread once it is told to leave', async () => {
    const { clock, kept, listen, thread, threads } = keep();
    listen(0);
    kept.leave();
    thread(0).events.onEnded('just then');
    await clock.advance(60_000);
    expect(threads).toHaveLength(1);
    await kept.close(1_000);
  });
});

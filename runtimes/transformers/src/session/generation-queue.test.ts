import { describe, expect, it } from 'vitest';
import { createGenerationQueue } from './generation-queue.ts';
import type { Generated, GenerateOptions } from './messages.ts';

const options: GenerateOptions = {
  maxNewTokens: null,
  minNewTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  repetitionPenalty: null,
  stop: [],
  seed: null,
};
const listener = { onAccepted() {}, onPiece() {} };
const done: Generated = { text: 'x', promptTokens: 1, completionTokens: 1, finishReason: 'stop' };

function createTestQueue(maxWaiting: number) {
  const running: Array<(generated: Generated) => void> = [];
  const queue = createGenerationQueue(() => new Promise((resolve) => running.push(resolve)), maxWaiting);
  const ask = (signal = new AbortController().signal) =>
    queue.generate({ text: 'x' }, options, listener, signal);
  return { running, queue, ask };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('generation queue', () => {
  it('runs one sequence at a time, in order', async () => {
    const { running, ask, queue } = createTestQueue(2);
    const answers = [ask(), ask(), ask()];
    await settle();
    expect([running.length, queue.waiting()]).toEqual([1, 2]);
    for (const index of [0, 1, 2]) {
      running[index]?.(done);
      await settle();
    }
    expect(await Promise.all(answers)).toEqual([done, done, done]);
    expect([queue.running(), queue.waiting()]).toEqual([0, 0]);
  });

  it('refuses with QUEUE_FULL and a time to come back when too many wait', async () => {
    const { ask } = createTestQueue(1);
    void ask();
    void ask();
    await expect(ask()).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfterSeconds: 1 });
  });

  it('gives the place of a caller who leaves to the next one', async () => {
    const { running, ask, queue } = createTestQueue(2);
    const caller = new AbortController();
    void ask();
    const left = ask(caller.signal);
    const stayed = ask();
    await settle();
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(queue.waiting()).toBe(1);
    running[0]?.(done);
    await settle();
    running[1]?.(done);
    expect(await stayed).toEqual(done);
  });

  it('passes the turn on when a generation fails', async () => {
    const queue = createGenerationQueue(() => Promise.reject(new Error('broken')), 1);
    const ask = () => queue.generate({ text: 'x' }, options, listener, new AbortController().signal);
    const outcomes = await Promise.allSettled([ask(), ask()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(queue.running()).toBe(0);
  });
});

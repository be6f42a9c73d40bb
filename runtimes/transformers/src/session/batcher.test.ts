import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine/engine-error.ts';
import { createBatcher } from './batcher.ts';
import type { Encoded, EncodeItem } from './messages.ts';

const item = (text: string): EncodeItem => ({
  text,
  pair: null,
  truncate: false,
  field: 'inputs',
  pooling: 'mean',
});
const never = new AbortController().signal;

/** A model whose passes are finished by the test, one after the other. */
function createFakeModel() {
  const passes: Array<{ texts: string[]; finish: () => void }> = [];
  const run = (items: readonly EncodeItem[]): Promise<Array<Encoded | EngineError>> =>
    new Promise((resolve) => {
      const finish = () =>
        resolve(
          items.map(({ text }) =>
            text === 'bad'
              ? new EngineError('INPUT_TOO_LONG', 'too long')
              : { rows: 1, values: Float32Array.of(text.length), tokens: text.length },
          ),
        );
      passes.push({ texts: items.map(({ text }) => text), finish });
    });
  return { passes, run };
}

function createTestBatcher(limits: { maxBatch?: number; maxWaiting?: number } = {}) {
  const model = createFakeModel();
  const batcher = createBatcher({ run: model.run, maxBatch: 4, maxWaiting: 10, onBatch() {}, ...limits });
  return { ...model, batcher };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('batcher', () => {
  it('runs the first item at once and what comes meanwhile together', async () => {
    const { batcher, passes } = createTestBatcher();
    const answers = ['a', 'bb', 'ccc'].map((text) => batcher.encode([item(text)], never));
    expect(passes.map(({ texts }) => texts)).toEqual([['a']]);
    passes[0]?.finish();
    await settle();
    expect(passes.map(({ texts }) => texts)).toEqual([['a'], ['bb', 'ccc']]);
    passes[1]?.finish();
    expect((await Promise.all(answers)).map(([result]) => result?.tokens)).toEqual([1, 2, 3]);
  });

  it('never runs more than maxBatch together and keeps the order of a request', async () => {
    const { batcher, passes } = createTestBatcher({ maxBatch: 2 });
    const answer = batcher.encode(['a', 'bb', 'ccc'].map(item), never);
    expect(passes[0]?.texts).toEqual(['a', 'bb']);
    passes[0]?.finish();
    await settle();
    passes[1]?.finish();
    expect((await answer).map(({ tokens }) => tokens)).toEqual([1, 2, 3]);
  });

  it('gives a bad item its own error and the others their results', async () => {
    const { batcher, passes } = createTestBatcher();
    const first = batcher.encode([item('first')], never);
    const bad = batcher.encode([item('bad')], never);
    const good = batcher.encode([item('good')], never);
    passes[0]?.finish();
    await settle();
    passes[1]?.finish();
    await expect(bad).rejects.toThrow('too long');
    expect((await good)[0]?.tokens).toBe(4);
    await first;
  });

  it('refuses with QUEUE_FULL when too many wait', async () => {
    const { batcher } = createTestBatcher({ maxWaiting: 1 });
    void batcher.encode([item('running')], never);
    void batcher.encode([item('waiting')], never);
    await expect(batcher.encode([item('more')], never)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  });

  it('does not run what its caller no longer waits for', async () => {
    const { batcher, passes } = createTestBatcher();
    const caller = new AbortController();
    void batcher.encode([item('running')], never);
    const left = batcher.encode([item('left')], caller.signal);
    void batcher.encode([item('stayed')], never);
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    passes[0]?.finish();
    await settle();
    expect(passes[1]?.texts).toEqual(['stayed']);
  });
});

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { planSlices, streamPage } from './stream-page.ts';
import { createTurns } from './take-turns.ts';

const entries = (...sizes: readonly number[]) =>
  sizes.map((bytes, at) => ({ id: `${at}`, name: `m${at}`, environment: '', createdAt: 0, bytes }));
const lengths = (...sizes: readonly number[]) => planSlices(entries(...sizes)).map((slice) => slice.length);
const frame = { head: '[', tail: ']' };

/** Loads items that are as large as their entries say, and counts the loads. */
function largeItems(size: number, gone: readonly string[] = []) {
  const loads: (readonly string[])[] = [];
  const load = async (ids: readonly string[]) => {
    loads.push(ids);
    const kept = ids.filter((id) => !gone.includes(id));
    return new Map(kept.map((id) => [id, { id, text: 'x'.repeat(size) }]));
  };
  return { loads, load };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown> {
  let text = '';
  for await (const part of stream) text += String(part);
  return JSON.parse(text);
}

describe('a page', () => {
  it('is rendered in parts that are small, and everything of it once', () => {
    expect(lengths()).toEqual([]);
    expect(lengths(...Array<number>(120).fill(10))).toEqual([50, 50, 20]);
    expect(lengths(40_000, 20_000, 20_000, 1_000_000, 10)).toEqual([2, 1, 1, 1]);
  });

  it.each([
    ['none', [], ['0', '1', '2']],
    ['the first', ['0'], ['1', '2']],
    ['the last', ['2'], ['0', '1']],
    ['every one', ['0', '1', '2'], []],
  ])('is well-formed when %s of its items are gone: %o', async (_which, gone, left) => {
    const { load } = largeItems(1, gone.length === 0 ? [] : gone);
    const items = await readAll(
      await streamPage(entries(60_000, 60_000, 60_000), load, frame, createTurns()),
    );
    expect((items as { id: string }[]).map(({ id }) => id)).toEqual(left);
  });

  it('is loaded as its reader takes it, no more than a part ahead', async () => {
    const { load, loads } = largeItems(100_000);
    const stream = await streamPage(entries(...Array<number>(80).fill(100_000)), load, frame, createTurns());
    await once(stream, 'readable');
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(loads.length).toBeLessThan(5);
    stream.destroy();
  });

  it('that cannot be loaded is an error before anything is sent', async () => {
    const load = () => Promise.reject(new Error('no database'));
    await expect(streamPage(entries(1), load, frame, createTurns())).rejects.toThrow('no database');
  });
});

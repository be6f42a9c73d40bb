import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { KeptBytes } from './kept-bytes.ts';

describe('bytes that wait', () => {
  it('are given out in their order, and the rest of them may be kept again', () => {
    const kept = new KeptBytes();
    for (const piece of ['ab', '', 'cde', 'f']) kept.add(Buffer.from(piece));
    const all = kept.take();
    expect([all.toString(), kept.length]).toEqual(['abcdef', 0]);
    kept.put(all.subarray(4));
    kept.add(Buffer.from('gh'));
    expect(kept.take().toString()).toBe('efgh');
    expect(all.toString()).toBe('abcdef');
  });

  it('that come one by one, and are looked at each time, seldom move', () => {
    const kept = new KeptBytes();
    const places = new Set<ArrayBufferLike>();
    for (let count = 0; count < 30_000; count += 1) {
      kept.add(Buffer.from('x'));
      const all = kept.take();
      places.add(all.buffer);
      kept.put(all);
    }
    expect(kept.length).toBe(30_000);
    expect(places.size).toBeLessThan(12);
  });

  it('leave those alone that were given out when others are kept', () => {
    const kept = new KeptBytes();
    kept.add(Buffer.from('ab'));
    kept.add(Buffer.from('cd'));
    const out = kept.take();
    kept.put(Buffer.from('x'));
    kept.add(Buffer.from('yz'));
    expect([out.toString(), kept.take().toString()]).toEqual(['abcd', 'xyz']);
  });

  it('are forgotten once they were given out, when they stand in memory of somebody else', async () => {
    const kept = new KeptBytes();
    const addAndTake = (): WeakRef<Buffer> => {
      kept.add(Buffer.from('a piece of a body'));
      return new WeakRef(kept.take());
    };
    const piece = addAndTake();
    // A reference is good to the end of the turn in which it was made.
    await new Promise((resolve) => setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    runInNewContext('gc()');
    expect([piece.deref(), kept.length]).toEqual([undefined, 0]);
  });
});

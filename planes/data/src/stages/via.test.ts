import { describe, expect, it } from 'vitest';
import { createVia, visitLimit } from './via.ts';

const via = createVia('bee');
const own = /^via: 1\.1 (bee-[0-9a-f]{8})\r\n$/.exec(via.line(false))?.[1] ?? 'no line';
const hops = (count: number) => Array.from({ length: count }, () => `1.1 ${own}`).join(', ');

describe('a gateway on the way of a request', () => {
  it('names itself with the version of HTTP that it was spoken to', () => {
    expect(via.line(true)).toBe(`via: 1.0 ${own}\r\n`);
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['1.1 other', false],
    [hops(visitLimit - 1), false],
    [`${hops(visitLimit - 1)}, 1.1 not-${own}, 1.1 ${own}-not`, false],
    [hops(visitLimit), true],
    [`1.0 fred, HTTP/1.1\t${own} (comment),${hops(visitLimit - 1)}`, true],
  ])('with Via: %s is in a circle: %s', (text, expected) => {
    expect(via.loops(text)).toBe(expected);
  });

  it('that has no name says nothing', () => {
    const silent = createVia(null);
    expect([silent.line(false), silent.loops(hops(99))]).toEqual(['', false]);
  });
});

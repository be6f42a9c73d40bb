import { describe, expect, it } from 'vitest';
import { createTextAssembler } from './assemble-text.ts';

/** One token per byte, as in the worst case of a byte-level tokenizer. */
const decode = (ids: readonly number[]): string => Buffer.from(ids).toString('utf8');

function assemble(text: string, stop: readonly string[] = []) {
  const pieces: string[] = [];
  const assembler = createTextAssembler(decode, stop, (piece) => pieces.push(piece));
  for (const byte of Buffer.from(text)) assembler.push(byte);
  assembler.finish();
  return { pieces, text: assembler.text(), stopped: assembler.stopped() };
}

describe('text assembler', () => {
  it('gives out every token as soon as it is text', () => {
    expect(assemble('abc').pieces).toEqual(['a', 'b', 'c']);
  });

  it('gives out characters made of several tokens whole', () => {
    expect(assemble('aé🐝b').pieces).toEqual(['a', 'é', '🐝', 'b']);
  });

  it('ends before a stop string, even one that comes in pieces', () => {
    expect(assemble('one two three', ['two'])).toMatchObject({ text: 'one ', stopped: true });
  });

  it('ends before the earliest of several stop strings', () => {
    expect(assemble('one two three', ['three', 'e t'])).toMatchObject({ text: 'on', stopped: true });
  });

  it('gives out what looked like a stop string and was none', () => {
    const { pieces, text, stopped } = assemble('ababac', ['abac!']);
    expect([text, stopped]).toEqual(['ababac', false]);
    expect(pieces.join('')).toBe('ababac');
  });

  it('gives out half a character at the end as what it is', () => {
    const pieces: string[] = [];
    const assembler = createTextAssembler(decode, [], (piece) => pieces.push(piece));
    assembler.push(0xf0);
    expect(pieces).toEqual([]);
    assembler.finish();
    expect(pieces).toEqual(['\uFFFD']);
  });
});

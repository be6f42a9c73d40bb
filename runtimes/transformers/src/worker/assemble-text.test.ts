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

describe('what a text assembler holds back', () => {
  const limit = { characterTokens: 3, stopTokens: 4, ms: 100 };
  function open(stop: readonly string[]) {
    const pieces: string[] = [];
    let nowMs = 0;
    const assembler = createTextAssembler(
      decode,
      stop,
      (piece) => pieces.push(piece),
      limit,
      () => nowMs,
    );
    const push = (text: string | readonly number[], tookMs = 0) => {
      for (const byte of Buffer.from(text as string)) {
        nowMs += tookMs;
        assembler.push(byte);
      }
      return pieces.splice(0).join('');
    };
    return { assembler, push };
  }

  it('is given out after so many tokens of an unfinished character', () => {
    const { push } = open([]);
    expect(push([0xf0, 0x9f])).toBe('');
    expect(push([0xf0])).not.toBe('');
    expect(push('ok')).toBe('ok');
  });

  it('is given out after so much time of an unfinished character', () => {
    const { push } = open([]);
    expect(push([0xf0], 60)).toBe('');
    expect(push([0x9f], 60)).toBe('');
    expect(push([0x90], 60)).not.toBe('');
  });

  it('is given out after so many tokens of a stop string', () => {
    const { assembler, push } = open(['aaaaaaaaaa']);
    expect(push('aaa')).toBe('');
    expect(push('aa')).toBe('aaaaa');
    expect(push('b')).toBe('b');
    assembler.finish();
    expect(assembler.text()).toBe('aaaaab');
  });

  it('is given out after so much time of a stop string', () => {
    const { push } = open(['abc']);
    expect(push('a', 10)).toBe('');
    expect(push('b', 100)).toBe('ab');
  });

  it('still ends the text when the stop string is complete only then', () => {
    const { assembler, push } = open(['aaaaaa']);
    expect(push('xaaaaaay')).toBe('xaaaaa');
    expect(assembler.stopped()).toBe(true);
    assembler.finish();
    expect(assembler.text()).toBe('xaaaaa');
  });

  it('is counted anew for each beginning of a stop string', () => {
    const { assembler, push } = open(['ab']);
    expect(push('aaaaaaaa')).toBe('aaaaaaa');
    expect(push('b')).toBe('');
    expect(assembler.stopped()).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { entityTag } from './entity-tag.ts';
import { checkPrecondition, isNotModified, readPrecondition } from './preconditions.ts';

const version = { createdAt: 1_700_000_000_000, generation: 3 };
const tag = entityTag(version, 'text');
const verdict = (headers: object, current: typeof version | null = version) => {
  try {
    checkPrecondition('model "a"', readPrecondition(headers), current);
    return 'holds';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a conditional write', () => {
  it.each([
    ['without conditions', {}],
    ['of the version that was read', { 'if-match': tag }],
    ['of one of several', { 'if-match': `"other", ${tag}` }],
    ['of whatever there is', { 'if-match': '*' }],
    ['of a version whose status has moved on', { 'if-match': entityTag(version, 'another status') }],
    ['unless it is another version', { 'if-none-match': '"other"' }],
  ])('%s holds', (_what, headers) => {
    expect(verdict(headers)).toBe('holds');
  });

  it.each([
    ['of an earlier version', entityTag({ ...version, generation: 2 }, 'text')],
    ['of an object before this one', entityTag({ ...version, createdAt: 1 }, 'text')],
    ['of a version whose mark begins alike', entityTag({ ...version, generation: 33 }, 'text')],
    ['by a weak tag', `W/${tag}`],
  ])('%s fails', (_what, ifMatch) => {
    expect(verdict({ 'if-match': ifMatch })).toMatch(/has changed since .* read it again/);
  });

  it('that only creates fails when the object exists', () => {
    expect(verdict({ 'if-none-match': '*' })).toMatch(/exists already/);
    expect(verdict({ 'if-none-match': '*' }, null)).toBe('holds');
  });

  it('that only changes fails when the object does not exist', () => {
    expect(verdict({ 'if-match': '*' }, null)).toMatch(/does not exist/);
    expect(verdict({ 'if-match': tag }, null)).toMatch(/does not exist/);
  });

  it.each(['abc', '"a" "b"', '', '*, "a"'])('with %j in place of tags is refused', (header) => {
    expect(verdict({ 'if-match': header })).toMatch(/If-Match must be \* or entity tags in quotes/);
  });
});

describe('a conditional read', () => {
  it.each([
    [tag, true],
    [`W/${tag}`, true],
    [`"x", ${tag}`, true],
    ['*', true],
    [entityTag(version, 'another status'), false],
  ])('with If-None-Match %s: has the text already: %s', (header, expected) => {
    expect(isNotModified(readPrecondition({ 'if-none-match': header }), tag)).toBe(expected);
  });

  it('without the header always gets the text', () => {
    expect(isNotModified(readPrecondition({}), tag)).toBe(false);
  });
});

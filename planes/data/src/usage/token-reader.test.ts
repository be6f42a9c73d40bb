import { expect, it } from 'vitest';
import { TokenReader } from './token-reader.ts';

const read = (headers: Readonly<Record<string, string>>) => {
  const reader = new TokenReader();
  reader.readHead({ header: (name) => headers[name] });
  return reader.result();
};

it.each([
  [
    { 'x-usage-prompt-tokens': '3', 'x-usage-completion-tokens': '4' },
    { input: 3, output: 4 },
  ],
  [{ 'x-usage-completion-tokens': '4' }, { input: 0, output: 4 }],
  [
    { 'x-usage-prompt-tokens': '3', 'x-usage-completion-tokens': '-4' },
    { input: 3, output: 0 },
  ],
  [
    { 'x-usage-prompt-tokens': '3', 'x-usage-completion-tokens': '1e999' },
    { input: 3, output: 0 },
  ],
  [
    { 'x-usage-prompt-tokens': '0.5', 'x-usage-completion-tokens': '4' },
    { input: 0, output: 4 },
  ],
] as const)("a model's headers %j count as %j", (headers, tokens) => {
  expect(read(headers)).toEqual({ ...tokens, estimated: false });
});

it('headers of which none is a count say nothing', () => {
  expect(read({ 'x-usage-prompt-tokens': 'many', 'x-usage-completion-tokens': '' })).toBeNull();
});

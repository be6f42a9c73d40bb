import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acceptedCodings, mostCodings } from './http/decode-body.ts';
import { longestStop, mostStops } from './http/routes/generate.ts';
import { holdLimit } from './worker/assemble-text.ts';

const page = readFileSync(new URL('../../../docs/operations/transformers.md', import.meta.url), 'utf8');

describe('the page about the engine', () => {
  it('says how long text is held back', () => {
    expect(page).toContain(`| ${holdLimit.characterTokens} tokens or ${holdLimit.ms / 1000} s |`);
    expect(page).toContain(`| ${holdLimit.stopTokens} tokens or ${holdLimit.ms / 1000} s |`);
    expect(page).toContain(`at most ${mostStops} stop strings of at most ${longestStop} characters`);
  });

  it('names the codings of a body', () => {
    for (const coding of acceptedCodings.split(', ')) {
      if (coding !== 'identity') expect(page).toContain(`\`${coding}\``);
    }
    expect(page).toContain(`at most ${mostCodings} of them`);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderErrorReference } from './render-error-reference.ts';
import { renderVariableReference } from './render-variable-reference.ts';
import { repositoryRoot } from './source-files.ts';

describe('the generated pages', () => {
  it('document every error code as the table has it (npm run docs rewrites them)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs/reference/errors.md'), 'utf8')).toBe(
      renderErrorReference(),
    );
  });

  it('document every variable that may be set as the table has it', () => {
    expect(readFileSync(join(repositoryRoot, 'docs/reference/variables.md'), 'utf8')).toBe(
      renderVariableReference(),
    );
  });
});

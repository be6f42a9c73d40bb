import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileConfig } from '@beeline/core/service';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { standaloneSettings } from './config.ts';
import { renderExampleConfig } from './render-example-config.ts';

const path = join(import.meta.dirname, '../../../deploy/config/standalone.example.yaml');
const example = readFileSync(path, 'utf8');

describe('the example configuration', () => {
  it('documents every setting with its default (npm run docs rewrites it)', () => {
    expect(example).toBe(renderExampleConfig(standaloneSettings));
  });

  it('means the same as no configuration at all', () => {
    const file = parse(example) as Record<string, unknown>;
    expect(compileConfig(standaloneSettings, { env: {}, file })).toEqual(
      compileConfig(standaloneSettings, { env: {} }),
    );
  });
});

describe('docs/operations', () => {
  const folder = join(import.meta.dirname, '../../../docs/operations');
  const pages = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

  it.each(Object.keys(standaloneSettings))('tells of the setting %s', (name) => {
    expect(pages.join('\n')).toContain(`\`${name}\``);
  });
});

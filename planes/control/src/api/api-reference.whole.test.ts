import { readFile } from 'node:fs/promises';
import { documentLimits } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { useTestApi } from '../testing/use-test-api.ts';

const test = useTestApi();
const page = await readFile(new URL('../../../../docs/reference/api.md', import.meta.url), 'utf8');

/** Path and methods of each row in the table of calls. */
const documented = [...page.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \|/gm)].map(
  ([, path, methods]) => `${path}: ${methods}`,
);

describe('docs/reference/api.md', () => {
  it('has every path with its methods, and no other', async () => {
    const { body } = await test.api.send({ path: '/v0/openapi.json', key: null });
    const { paths } = body as { readonly paths: Readonly<Record<string, object>> };
    const order = ['get', 'post', 'put', 'delete'];
    const served = Object.entries(paths).map(([path, methods]) => {
      const names = order.filter((name) => name in methods);
      return `${path.slice('/v0'.length)}: ${names.join(', ').toUpperCase()}`;
    });
    expect([...documented].sort()).toEqual(served.sort());
  });

  it('has the limits of an object', () => {
    const { bytes, depth, values, labels } = documentLimits;
    expect(page).toContain(`| Size as JSON | ${bytes / 1024} KiB | 413 |`);
    expect(page).toContain(`| Mappings and lists inside each other | ${depth} | 400 |`);
    expect(page).toContain(`| Values in all | ${values.toLocaleString('en')} | 400 |`);
    expect(page).toContain(`| Labels | ${labels} | 400 |`);
  });
});

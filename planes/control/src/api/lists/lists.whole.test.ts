import { describe, expect, it } from 'vitest';
import { environmentDocument, modelDocument, policyDocument } from '../../testing/documents.ts';
import type { TestAnswer } from '../../testing/open-test-api.ts';
import { useTestApi } from '../../testing/use-test-api.ts';

const test = useTestApi();
const { get, post } = test;
const envelope = { 'beeline-version': '2026-04-28' };

interface Listed {
  readonly metadata: { readonly name: string; readonly environment?: string };
}
interface Envelope {
  readonly data: readonly Listed[];
  readonly meta: { readonly hasMore: boolean; readonly nextCursor: string | null; readonly total: number };
}

const names = (answer: TestAnswer) => (answer.body as readonly Listed[]).map(({ metadata }) => metadata.name);

async function postModels(): Promise<void> {
  for (const [name, labels] of [
    ['gamma', { team: 'Vision' }],
    ['beta', {}],
    ['alpha', { 'a.b/c': 'one' }],
    ['delta', {}],
  ] as const) {
    const document = modelDocument(name);
    const displayName = name.toUpperCase();
    await post('/v0/models', { ...document, metadata: { ...document.metadata, displayName, labels } });
    test.clock.advance(1_000);
  }
}

describe('a list', () => {
  it('is ordered and filtered as its query says', { timeout: 30_000 }, async () => {
    await postModels();
    for (const [query, expected] of [
      ['', ['delta', 'alpha', 'beta', 'gamma']],
      ['?sort=createdAt:asc', ['gamma', 'beta', 'alpha', 'delta']],
      ['?sort=name:asc', ['alpha', 'beta', 'delta', 'gamma']],
      ['?sort=name:desc', ['gamma', 'delta', 'beta', 'alpha']],
      ['?q=LT', ['delta']],
      ['?q=visi', ['gamma']],
      ['?q=b/c', ['alpha']],
      ['?q=x', ['delta', 'alpha', 'beta', 'gamma']],
      ['?status=failed,deploying&limit=2', ['delta', 'alpha']],
      ['?status=failed', []],
      ['?environment=development', []],
    ] as const) {
      expect([query, names(await get(`/v0/models${query}`))]).toEqual([query, expected]);
    }
  });

  it.each([
    ['models', modelDocument],
    ['policies', policyDocument],
    ['environments', environmentDocument],
  ] as const)('of %s is walked through although items come and go', async (plural, document) => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) await post(`/v0/${plural}`, document(name));
    const page = async (cursor: string | null) => {
      const query = `limit=2&sort=name:asc&q=a&status=deploying,deployed`;
      const path = `/v0/${plural}?${query}${cursor === null ? '' : `&cursor=${cursor}`}`;
      return (await get(path, envelope)).body as Envelope;
    };
    const first = await page(null);
    expect(first.meta).toMatchObject({ hasMore: true });
    await test.remove(`/v0/${plural}/a3`);
    await post(`/v0/${plural}`, document('a0'));
    await post(`/v0/${plural}`, document('a5'));
    let cursor = first.meta.nextCursor;
    const seen = first.data.map(({ metadata }) => metadata.name);
    while (cursor !== null) {
      const next = await page(cursor);
      seen.push(...next.data.map(({ metadata }) => metadata.name));
      cursor = next.meta.nextCursor;
    }
    // A model that is being deleted has a status of its own, which the query leaves out.
    expect(seen.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a4', 'a5']);
  });

  it('of API keys has pages, too, and keys of one name are all in it', async () => {
    const path = '/v0/workspaces/default/api_keys';
    const ids = [];
    for (const name of ['ci/one', 'ci/one', 'other']) {
      ids.push(((await post(path, { name })).body as { id: string }).id);
    }
    const seen: string[] = [];
    let next = `${path}?limit=1&sort=name:asc&q=i/`;
    while (next !== '') {
      const page = await get(next);
      seen.push(...(page.body as { id: string }[]).map(({ id }) => id));
      next = /^<(.+)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1] ?? '';
    }
    expect(seen.sort()).toEqual(ids.slice(0, 2).sort());
  });

  it('without an envelope tells of its next page in a header', async () => {
    for (const name of ['a', 'b', 'c']) await post('/v0/policies', policyDocument(name));
    const first = await get('/v0/policies?limit=2&sort=name:asc');
    const next = /^<(.+)>; rel="next"$/.exec(String(first.headers.link))?.[1] ?? '';
    const second = await get(next);
    expect([names(first), names(second), second.headers.link]).toEqual([['a', 'b'], ['c'], undefined]);
  });
});

describe('a page', () => {
  const large = (name: string) => {
    const document = policyDocument(name);
    const labels = Object.fromEntries(
      Array.from({ length: 250 }, (_, at) => [`${'k'.repeat(300)}${at}`, 'v'.repeat(255)]),
    );
    return { ...document, metadata: { ...document.metadata, labels } };
  };

  it('ends by its bytes as well, and the next one goes on', { timeout: 60_000 }, async () => {
    const count = 70;
    for (let at = 0; at < count; at += 1) await post('/v0/policies', large(`p${at}`));
    const first = (await get('/v0/policies?limit=200', envelope)).body as Envelope;
    expect(first.meta).toMatchObject({ hasMore: true, total: count });
    const cursor = first.meta.nextCursor;
    const second = (await get(`/v0/policies?limit=200&cursor=${cursor}`, envelope)).body as Envelope;
    const all = [...first.data, ...second.data].map(({ metadata }) => metadata.name);
    expect(new Set(all).size).toBe(count);
    expect(second.meta.hasMore).toBe(false);
  });
});

import type { Model } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { environmentDocument, modelDocument, policyDocument } from '../../testing/documents.ts';
import { expectError } from '../../testing/expect-answer.ts';
import { useTestApi } from '../../testing/use-test-api.ts';

const test = useTestApi();

const kinds = [
  ['/v0/models', (labels: object) => withLabels(modelDocument('a'), labels)],
  ['/v0/environments', (labels: object) => withLabels(environmentDocument('a'), labels)],
  ['/v0/policies', (labels: object) => withLabels(policyDocument('a'), labels)],
] as const;

function withLabels<T extends { readonly metadata: object }>(document: T, labels: object): T {
  return { ...document, metadata: { ...document.metadata, labels } };
}

const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, headers: object, body?: unknown) =>
  test.api.send({ method, path, headers: { ...headers }, ...(body === undefined ? {} : { body }) });

describe.each(kinds)('conditions at %s', (path, documentOf) => {
  const create = async () => (await send('POST', path, {}, documentOf({}))).headers.etag as string;

  it('every answer about one object has its tag, and the tag changes with the object', async () => {
    const created = await create();
    const read = (await send('GET', `${path}/a`, {})).headers.etag;
    const changed = (await send('PUT', `${path}/a`, {}, documentOf({ n: '1' }))).headers.etag;
    expect([created, read]).toEqual([expect.stringMatching(/^"[\w.-]+"$/), created]);
    expect(changed).not.toBe(created);
  });

  it('a reader that has the text gets 304 and no body', async () => {
    const tag = await create();
    expect(await send('GET', `${path}/a`, { 'if-none-match': tag })).toMatchObject({
      status: 304,
      body: null,
    });
    expect((await send('GET', `${path}/a`, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('of 20 writers of labels who read the same object one succeeds', async () => {
    const tag = await create();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        send('PUT', `${path}/a`, { 'if-match': tag }, documentOf({ n: String(n) })),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(19);
    const kept = (await send('GET', `${path}/a`, {})).body as Model;
    expect(kept.metadata.labels).toEqual({ n: String(statuses.indexOf(200)) });
  });

  it('of 20 writers of labels who name the same generation one succeeds', async () => {
    await create();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const document = documentOf({ n: String(n) });
        return send(
          'PUT',
          `${path}/a`,
          {},
          { ...document, metadata: { ...document.metadata, generation: 1 } },
        );
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  it('a creation that must not change anything is refused when the object exists', async () => {
    expect((await send('POST', path, { 'if-none-match': '*' }, documentOf({}))).status).toBe(200);
    const again = await send('POST', path, { 'if-none-match': '*' }, documentOf({}));
    expectError(again, 412, 'PRECONDITION_FAILED', /exists already/);
  });

  it('a change that must not create anything is refused when the object does not exist', async () => {
    for (const method of ['PUT', 'DELETE'] as const) {
      const body = method === 'PUT' ? documentOf({}) : undefined;
      const answer = await send(method, `${path}/a`, { 'if-match': '*' }, body);
      if (method === 'PUT' || path !== '/v0/models') expectError(answer, 412, 'PRECONDITION_FAILED');
      else expectError(answer, 404, 'RESOURCE_NOT_FOUND');
    }
  });

  it('a deletion of an object that has changed is refused', async () => {
    const tag = await create();
    await send('PUT', `${path}/a`, {}, documentOf({ n: '1' }));
    expectError(await send('DELETE', `${path}/a`, { 'if-match': tag }), 412, 'PRECONDITION_FAILED');
    expect((await send('GET', `${path}/a`, {})).status).toBe(200);
  });

  it('a tag that is none is refused by its header', async () => {
    await create();
    const answer = await send('PUT', `${path}/a`, { 'if-match': 'one' }, documentOf({}));
    expectError(answer, 400, 'INVALID_INPUT', /If-Match must be/);
  });
});

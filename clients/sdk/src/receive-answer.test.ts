import { describe, expect, it } from 'vitest';
import { receiveAnswer } from './receive-answer.ts';

const url = new URL('http://host:1/x');
const parts = (...texts: readonly (string | Error)[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const [next, ...rest] = texts;
      texts = rest;
      if (next === undefined) controller.close();
      else if (typeof next === 'string') controller.enqueue(Buffer.from(next));
      else controller.error(next);
    },
  });
const broken = new TypeError('terminated', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) });

describe('an answer', () => {
  it('is passed on as it is, its status and headers too', async () => {
    const answer = receiveAnswer(
      new Response(parts('a', 'b'), { status: 201, headers: { 'x-a': 'b' } }),
      url,
      undefined,
    );
    expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([201, 'b', 'ab']);
    const empty = new Response(null, { status: 204 });
    expect(receiveAnswer(empty, url, undefined)).toBe(empty);
  });

  it('that breaks says so to whoever reads it, with what came before', async () => {
    const answer = receiveAnswer(new Response(parts('abc', broken)), url, undefined);
    await expect(answer.text()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringMatching(
        /cut off: the connection broke: ECONNRESET, after 3 bytes from http:.*host:1/,
      ),
    });
  });

  it("that the caller stops ends with the caller's reason", async () => {
    const stop = new AbortController();
    const answer = receiveAnswer(new Response(parts('abc', broken)), url, stop.signal);
    stop.abort(new Error('Ctrl-C'));
    await expect(answer.text()).rejects.toThrowError('Ctrl-C');
  });

  it('that is longer than is allowed is not read to its end', async () => {
    const answer = receiveAnswer(new Response(parts('abc', 'def', broken)), url, undefined, 5);
    await expect(answer.text()).rejects.toThrowError(/^http:..host:1 answered with more than 5/);
    expect(await receiveAnswer(new Response(parts('abcde')), url, undefined, 5).text()).toBe('abcde');
  });
});

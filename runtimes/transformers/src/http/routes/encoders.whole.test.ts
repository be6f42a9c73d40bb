import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type StartedServer, startServer } from '@beeline/runtime-interface/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transformersRuntime } from '../../index.ts';

const model = (name: string) => fileURLToPath(new URL(`../../../fixtures/models/${name}`, import.meta.url));

describe.each(['q8', 'fp32'])('the sentiment classifier as %s', (dtype) => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer(transformersRuntime, { modelDirectory: model('sentiment'), dtype });
    await server.untilReady();
  });
  afterAll(() => server.close());
  const post = async (body: object) => (await server.call('/', { body })).json();

  it('tells good from bad in everyday sentences', async () => {
    const inputs = ['I love this', 'This is terrible', 'The food was not good', 'Best holiday ever!'];
    const labels = (await post({ inputs })) as Array<{ label: string }>;
    expect(labels.map(({ label }) => label)).toEqual(['POSITIVE', 'NEGATIVE', 'NEGATIVE', 'POSITIVE']);
  });

  it('gives every label when asked, with scores that sum to 1', async () => {
    const [scores] = (await post({ inputs: ['I love this'], parameters: { top_k: 2 } })) as Array<
      Array<{ score: number }>
    >;
    expect(scores).toHaveLength(2);
    expect(scores?.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
  });

  it('answers a text the same alone and among longer ones', async () => {
    const alone = (await post({ inputs: 'What a mess' })) as Array<{ score: number }>;
    const long = 'The shop is near the station and we went there on monday with my sister and her dog';
    const among = (await post({ inputs: [long, 'What a mess'] })) as Array<{ score: number }>;
    expect(among[1]?.score).toBeCloseTo(alone[0]?.score ?? 0, dtype === 'fp32' ? 4 : 1);
  });

  it('treats paths and addresses as text', async () => {
    for (const inputs of ['/etc/passwd', 'http://localhost/', 'file:///etc/passwd']) {
      expect(await post({ inputs })).toMatchObject([{ label: expect.any(String) }]);
    }
  });

  it('reads a body in a coding, and refuses one that is not UTF-8 with the place', async () => {
    const body = gzipSync(JSON.stringify({ inputs: 'I love this' }));
    const coded = await server.call('/', { body, headers: { 'content-encoding': 'gzip' } });
    expect(coded.json()).toMatchObject([{ label: 'POSITIVE' }]);
    const unknown = await server.call('/', { body, headers: { 'content-encoding': 'lzw' } });
    expect([unknown.status, unknown.headers['accept-encoding']]).toEqual([
      415,
      'gzip, deflate, br, zstd, identity',
    ]);
    const latin = Buffer.from('{"inputs": "caf\xe9"}', 'latin1');
    expect((await server.call('/', { body: latin })).json()).toMatchObject({
      error: { message: expect.stringContaining('byte 0xE9 at offset 15') },
    });
  });

  it('refuses a text that is too long unless it may be cut', async () => {
    const inputs = 'good '.repeat(500);
    const answer = await server.call('/', { body: { inputs } });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: 'INPUT_TOO_LONG', param: 'inputs' } });
    const cut = await server.call('/', { body: { inputs, parameters: { truncation: true } } });
    expect(cut.headers['x-usage-prompt-tokens']).toBe('128');
    expect(cut.json()).toMatchObject([{ label: 'POSITIVE' }]);
  });

  it('runs texts of many requests together', async () => {
    await Promise.all(
      Array.from({ length: 64 }, () => server.call('/', { body: { inputs: 'I love this' } })),
    );
    expect(await server.metric('beeline_engine_batch_size_count')).toBeLessThan(
      await server.metric('beeline_engine_batch_size_sum'),
    );
  });

  it('refuses a text that cannot be read, and not those of others that run together with it', async () => {
    const everyBlock = Array.from({ length: 32 }, (_, block) => 0xf0000 + block * 0x1000);
    const texts = Array.from({ length: 64 }, (_, index) =>
      index % 8 === 4 ? String.fromCodePoint(...everyBlock) : 'I love this',
    );
    const answers = await Promise.all(texts.map((text) => server.call('/', { body: { inputs: text } })));
    expect(answers.map(({ status }) => status)).toEqual(
      texts.map((text) => (text === 'I love this' ? 200 : 400)),
    );
    expect(answers[4]?.json()).toMatchObject({
      error: { code: 'INVALID_BODY', param: 'inputs', message: expect.stringContaining('made into tokens') },
    });
  });
});

describe('the sentence embedder', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer(transformersRuntime, { modelDirectory: model('sentence-embedding') });
    await server.untilReady();
  });
  afterAll(() => server.close());

  const dot = (left: readonly number[] = [], right: readonly number[] = []): number =>
    left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  const inputs = ['The weather is cold and rainy', 'It snows and the wind blows', 'My bank account is empty'];

  it('puts sentences about one topic close together, with vectors of length 1', async () => {
    const [rain, snow, bank] = (await server.call('/', { body: { inputs } })).json() as number[][];
    expect(dot(rain, rain)).toBeCloseTo(1, 5);
    expect(dot(rain, snow)).toBeGreaterThan(dot(rain, bank) + 0.3);
  });

  it('gives the same vectors on all three routes', async () => {
    const [text] = inputs;
    const native = (await server.call('/', { body: { inputs: text } })).json() as number[];
    const tei = (await server.call('/embed', { body: { inputs: text } })).json() as number[][];
    const openai = (
      await server.call('/v1/embeddings', { body: { input: text, encoding_format: 'base64' } })
    ).json() as {
      data: Array<{ embedding: string }>;
      usage: { prompt_tokens: number };
    };
    const bytes = Buffer.from(openai.data[0]?.embedding ?? '', 'base64');
    const decoded = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
    expect(dot(native, tei[0])).toBeCloseTo(1, 5);
    expect(dot(native, decoded)).toBeCloseTo(1, 5);
    expect(openai.usage.prompt_tokens).toBe(8);
  });

  it('gives one vector per token when asked not to pool', async () => {
    const body = { inputs: 'cold rain', parameters: { pooling: 'none', normalize: false } };
    const rows = (await server.call('/', { body })).json() as number[][];
    expect(rows.map((row) => row.length)).toEqual([32, 32, 32, 32]);
  });

  it('names the input that is too long as the caller called it', async () => {
    const long = 'bee '.repeat(400);
    const tooLong = async (path: string, body: object) => (await server.call(path, { body })).json();
    const param = (field: string) => ({ error: { code: 'INPUT_TOO_LONG', param: field } });
    expect(await tooLong('/v1/embeddings', { input: ['a', long, 'c'] })).toMatchObject(param('input[1]'));
    expect(await tooLong('/v1/embeddings', { input: long })).toMatchObject(param('input'));
    expect(await tooLong('/embed', { inputs: ['a', long] })).toMatchObject(param('inputs[1]'));
    expect(await tooLong('/', { inputs: ['a', { text: long }] })).toMatchObject(param('inputs[1]'));
  });

  it('takes special tokens in a text as text', async () => {
    const tokens = async (input: string) =>
      (
        (await server.call('/v1/embeddings', { body: { input } })).json() as {
          usage: { prompt_tokens: number };
        }
      ).usage.prompt_tokens;
    expect(await tokens('rain [SEP] snow')).toBeGreaterThan((await tokens('rain snow')) + 1);
  });

  it('refuses to shorten vectors', async () => {
    const answer = await server.call('/v1/embeddings', { body: { input: 'x', dimensions: 16 } });
    expect(answer.json()).toMatchObject({
      error: { param: 'dimensions', message: expect.stringContaining('32') },
    });
  });
});

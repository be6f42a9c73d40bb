import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectModel } from './inspect-model.ts';
import { describeLoadFailure } from './model/describe-load-failure.ts';

const free = { task: null, dtype: null };

describe('inspection of a model directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'inspect-model-'));
    const fixture = fileURLToPath(new URL('../fixtures/models/sentiment', import.meta.url));
    await cp(fixture, directory, { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('finds the task, the best weights and the reasons', async () => {
    expect(await inspectModel(directory, free)).toMatchObject({
      ok: true,
      task: 'text-classification',
      dtype: 'q8',
      reasons: [expect.stringContaining('BertForSequenceClassification'), expect.stringContaining('q8')],
    });
  });

  it('says that a directory does not exist', async () => {
    expect(await inspectModel(join(directory, 'gone'), free)).toMatchObject({
      ok: false,
      code: 'MODEL_MISSING',
    });
  });

  it.each(['config.json', 'tokenizer.json'])('says that %s is missing', async (name) => {
    await rm(join(directory, name));
    const message = expect.stringContaining(name);
    expect(await inspectModel(directory, free)).toMatchObject({ ok: false, code: 'MODEL_INVALID', message });
  });

  it.each([
    ['root:x:0:0:root:/root:/bin/bash', 'it is no valid JSON'],
    ['{"password": "hunter2" oops}', 'it is no valid JSON at line 1, column 24'],
    ['{"password": "hunter2', 'it is no valid JSON at line 1, column 22'],
    ['{"password": ["hunter2"', 'it is no valid JSON at line 1, column 24'],
    ['', 'it ends before its JSON does'],
    ['"hunter2"', 'it holds a string'],
    ['null', 'it holds null'],
  ])(
    'says where config.json is broken when it holds %j, and nothing of what stands there',
    async (text, fault) => {
      await writeFile(join(directory, 'config.json'), text);
      const message = `config.json must hold a JSON object: ${fault}`;
      expect(await inspectModel(directory, free)).toEqual({ ok: false, code: 'MODEL_INVALID', message });
    },
  );

  it('shows an architecture only when it is the name of a class', async () => {
    for (const [name, shown] of [
      ['BertForMaskedLM', 'names the architecture BertForMaskedLM;'],
      ['a secret \u0000', 'names an architecture that is no name of a class;'],
    ] as const) {
      await writeFile(join(directory, 'config.json'), JSON.stringify({ architectures: [name] }));
      const message = expect.stringContaining(shown);
      expect(await inspectModel(directory, free)).toMatchObject({ code: 'TASK_UNSUPPORTED', message });
    }
  });

  it.each([
    ['tokenizer.json', 'root:x:0:0:root', 'tokenizer.json must hold a JSON object: it is no valid JSON'],
    ['generation_config.json', '{', 'generation_config.json must hold a JSON object: '],
  ])(
    'says that %s is broken when the library could not load it, without its text',
    async (name, text, told) => {
      await writeFile(join(directory, name), text);
      const thrown = new Error('Unexpected token r, "root:x:0:0" is not valid JSON');
      const message = await describeLoadFailure(thrown, directory);
      expect(message).toContain(told);
      expect(message).not.toContain('root');
    },
  );

  it('shows the beginning of any other reason for which a model does not load', async () => {
    expect(await describeLoadFailure(new Error(`no\n such ${'x'.repeat(400)}`), directory)).toMatch(
      /^no such x{292}$/,
    );
    expect(await describeLoadFailure(new SyntaxError('hunter2'), directory)).not.toContain('hunter2');
  });

  it('says that config.json is broken', async () => {
    await writeFile(join(directory, 'config.json'), '{"architectures": [');
    const message = expect.stringContaining('config.json must hold a JSON object');
    expect(await inspectModel(directory, free)).toMatchObject({ ok: false, code: 'MODEL_INVALID', message });
  });
});

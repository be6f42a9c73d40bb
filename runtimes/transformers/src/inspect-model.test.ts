import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectModel } from './inspect-model.ts';

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

  it('says that config.json is broken', async () => {
    await writeFile(join(directory, 'config.json'), '{"architectures": [');
    const message = expect.stringContaining('config.json must hold a JSON object');
    expect(await inspectModel(directory, free)).toMatchObject({ ok: false, code: 'MODEL_INVALID', message });
  });
});

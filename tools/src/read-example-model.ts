import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ModelInput, parseModel } from '@beeline/core/resources';
import { parse } from 'yaml';

/** Reads a manifest of one model, its relative origin resolved against the file. */
export async function readExampleModel(path: string): Promise<ModelInput> {
  const document = parse(await readFile(path, 'utf8')) as { spec: { runtime: { model: string } } };
  const { model } = document.spec.runtime;
  const origin = pathToFileURL(resolve(dirname(path), model.replace(/^file:/, ''))).href;
  return parseModel({
    ...document,
    spec: { ...document.spec, runtime: { ...document.spec.runtime, model: origin } },
  });
}

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BeelineError } from '@beeline/core/base';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `file:../models/x` as an absolute `file:///…`, meant against a directory; any other origin as it is. */
export function resolveOrigin(origin: string, directory: string): string {
  if (!origin.startsWith('file:') || origin.startsWith('file:/')) return origin;
  return pathToFileURL(resolve(directory, origin.slice('file:'.length))).href;
}

/** What stands in `spec.runtime.model`; undefined when that is no text. */
function writtenOrigin(document: unknown): string | undefined {
  if (!isRecord(document) || !isRecord(document.spec) || !isRecord(document.spec.runtime)) return undefined;
  const { model } = document.spec.runtime;
  return typeof model === 'string' ? model : undefined;
}

/** A document of a model with its origin resolved against the manifest's directory. */
export function resolveModelOrigin(document: unknown, directory: string): unknown {
  const written = writtenOrigin(document);
  if (written === undefined) return document;
  const { spec } = document as { readonly spec: { readonly runtime: object } };
  const model = resolveOrigin(written, directory);
  return { ...(document as object), spec: { ...spec, runtime: { ...spec.runtime, model } } };
}

/** What `parse` gives; of an origin that is a mere path, its error says how a path is written. */
export function hintAtOrigin<T>(document: unknown, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const written = writtenOrigin(document);
    if (!(error instanceof BeelineError) || written === undefined || !/^\.{0,2}\//.test(written)) throw error;
    const fields = error.fields.map((each) =>
      each.field === 'spec.runtime.model' ? { ...each, hint: `write file:${written}` } : each,
    );
    throw new BeelineError(error.code, { message: error.message, fields, cause: error });
  }
}

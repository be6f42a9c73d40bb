import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `file:../models/x` as an absolute `file:///…`, meant against a directory; any other origin as it is. */
export function resolveOrigin(origin: string, directory: string): string {
  if (!origin.startsWith('file:') || origin.startsWith('file:/')) return origin;
  return pathToFileURL(resolve(directory, origin.slice('file:'.length))).href;
}

/** A document of a model with its origin resolved against the manifest's directory. */
export function resolveModelOrigin(document: unknown, directory: string): unknown {
  if (!isRecord(document) || !isRecord(document.spec) || !isRecord(document.spec.runtime)) return document;
  const { runtime } = document.spec;
  if (typeof runtime.model !== 'string') return document;
  const model = resolveOrigin(runtime.model, directory);
  return { ...document, spec: { ...document.spec, runtime: { ...runtime, model } } };
}

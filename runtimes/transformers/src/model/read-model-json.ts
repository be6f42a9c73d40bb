import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelDirectoryError } from './model-directory-error.ts';

const largestJsonBytes = 64 * 1024 * 1024;

/**
 * Where JSON is broken. What stands there is left out: an event shows this text to everybody who may see the
 * deployment, and not all of them may read the file.
 */
export function describeJsonFault(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  const place = /at position \d+ \(line (\d+) column (\d+)\)/.exec(text);
  if (place !== null) return `it is no valid JSON at line ${place[1]}, column ${place[2]}`;
  return /end of JSON input/.test(text) ? 'it ends before its JSON does' : 'it is no valid JSON';
}

/**
 * Reads one of the small files of a model; null when it does not exist.
 * @throws ModelDirectoryError MODEL_INVALID naming the file and the rule, and showing nothing of what is in it.
 */
export async function readModelJson(
  directory: string,
  name: string,
): Promise<Record<string, unknown> | null> {
  const path = join(directory, name);
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.size > largestJsonBytes) {
    const rule = `must be at most ${largestJsonBytes} bytes; it has ${found.size}`;
    throw new ModelDirectoryError('MODEL_INVALID', `${name} ${rule}`);
  }
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const fault = describeJsonFault(error);
    throw new ModelDirectoryError('MODEL_INVALID', `${name} must hold a JSON object: ${fault}`);
  }
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new ModelDirectoryError(
    'MODEL_INVALID',
    `${name} must hold a JSON object: it holds ${value === null ? 'null' : `a ${typeof value}`}`,
  );
}

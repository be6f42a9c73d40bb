import { readdir } from 'node:fs/promises';
import { cutText, storableText } from '@beeline/core/base';
import { ModelDirectoryError } from './model-directory-error.ts';
import { readModelJson } from './read-model-json.ts';

const longestMessage = 300;

/** What is wrong with the first JSON file of a model that is broken; null when none is. */
async function findBrokenJson(directory: string): Promise<string | null> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    try {
      await readModelJson(directory, name);
    } catch (error) {
      if (error instanceof ModelDirectoryError) return error.message;
      throw error;
    }
  }
  return null;
}

/**
 * Why the library could not load a model, in one line. Its own words for broken JSON quote the file, so these are
 * replaced; of any other error it is the beginning.
 */
export async function describeLoadFailure(error: unknown, directory: string): Promise<string> {
  const broken = await findBrokenJson(directory);
  if (broken !== null) return broken;
  if (error instanceof SyntaxError) return 'a file of the model is not in the format that its name says';
  const text = error instanceof Error ? error.message : String(error);
  return cutText(storableText(text).replaceAll(/\s+/g, ' '), longestMessage);
}

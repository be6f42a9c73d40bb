import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { type Clock, describeViolations, type Logger } from '@beeline/core/base';
import type { ServedRevision } from '../instances/served-revision.ts';
import {
  buildSavedState,
  isSameState,
  nothingRecalled,
  parseSavedState,
  type RecalledScale,
  recallScale,
  type SavedState,
} from './scale-state.ts';

const fileName = 'scale.json';

/** What scaling has learned and seen, kept over a restart of the location. */
export interface ScaleFile {
  /** What was saved last of a revision, also in this run. */
  recall(revision: string): RecalledScale;
  /** Writes what is known now, unless the file says so already. Never rejects: it can be measured again. */
  save(revisions: Iterable<ServedRevision>): Promise<void>;
}

/** @throws what `JSON.parse` and reading throw, and an Error that names the fields that are wrong. */
async function loadState(path: string): Promise<SavedState> {
  const parsed = parseSavedState(JSON.parse(await fs.readFile(path, 'utf8')));
  if (parsed.ok) return parsed.value;
  throw new Error(describeViolations(parsed.violations.slice(0, 3)));
}

/** Opens the file in a directory. One that is damaged, or of a version that is not known, counts as empty. */
export async function openScaleFile(directory: string, clock: Clock, logger: Logger): Promise<ScaleFile> {
  const path = join(directory, fileName);
  let state = buildSavedState([], {}, clock);
  try {
    state = await loadState(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') {
      logger.warn(
        { path, detail: String(thrown) },
        'what scaling had learned cannot be read; it is measured again',
      );
    }
  }
  return {
    recall(revision) {
      const saved = Object.hasOwn(state.revisions, revision) ? state.revisions[revision] : undefined;
      return saved === undefined ? nothingRecalled : recallScale(saved, state.savedAt, clock);
    },
    async save(revisions) {
      const next = buildSavedState(revisions, state.revisions, clock);
      if (isSameState(next, state)) return;
      try {
        await fs.writeFile(`${path}.new`, JSON.stringify(next), { mode: 0o600 });
        await fs.rename(`${path}.new`, path);
        state = next;
      } catch (thrown) {
        logger.warn({ path, detail: String(thrown) }, 'what scaling has learned could not be saved');
      }
    },
  };
}

import { join } from 'node:path';
import type { Clock, Logger } from '@beeline/core/base';
import { openCacheFile } from '@beeline/core/service';
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

/** Opens the file in a directory. One that is damaged, or of a version that is not known, counts as empty. */
export async function openScaleFile(directory: string, clock: Clock, logger: Logger): Promise<ScaleFile> {
  const file = openCacheFile({
    path: join(directory, fileName),
    what: 'what scaling had learned',
    instead: 'it is measured again',
    logger,
    parse: parseSavedState,
  });
  let state: SavedState = (await file.load()) ?? buildSavedState([], {}, clock);
  return {
    recall(revision) {
      const saved = Object.hasOwn(state.revisions, revision) ? state.revisions[revision] : undefined;
      return saved === undefined ? nothingRecalled : recallScale(saved, state.savedAt, clock);
    },
    async save(revisions) {
      const next = buildSavedState(revisions, state.revisions, clock);
      if (isSameState(next, state)) return;
      if (await file.save(next)) state = next;
    },
  };
}

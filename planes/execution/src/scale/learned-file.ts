import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@beeline/core/base';
import type { ServedRevision } from '../instances/served-revision.ts';

const fileName = 'learned.json';

/** What was measured of a revision, in milliseconds. */
export interface Learned {
  readonly startMs: number | null;
  readonly serviceMs: number | null;
}

/** By revision. */
export type LearnedTable = Readonly<Record<string, Learned>>;

export interface LearnedFile {
  /** What was known when the file was opened. */
  readonly before: LearnedTable;
  /** Writes what is known now, unless the file says so already. Never rejects: it can be measured again. */
  save(table: LearnedTable): Promise<void>;
}

/** What is known of each revision now; rounded, so that the file is not written for the last digit. */
export function buildLearnedTable(revisions: Iterable<ServedRevision>): LearnedTable {
  const round = (ms: number | null) => (ms === null ? null : Number(ms.toPrecision(2)));
  const entries = [...revisions].map(({ assignment, startMs, serviceMs }) => [
    assignment.revision,
    { startMs: round(startMs), serviceMs: round(serviceMs) },
  ]);
  return Object.fromEntries(entries);
}

const isMeasured = (value: unknown) => value === null || typeof value === 'number';

function parseLearned(text: string): LearnedTable {
  const parsed = JSON.parse(text) as Record<string, Learned | null>;
  const entries = Object.entries(parsed).flatMap(([revision, one]) =>
    one !== null && isMeasured(one.startMs) && isMeasured(one.serviceMs) ? [[revision, one] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** Keeps what was learned over a restart of the location. A file that cannot be read counts as empty. */
export async function openLearnedFile(directory: string, logger: Logger): Promise<LearnedFile> {
  const path = join(directory, fileName);
  let saved = '{}';
  let before: LearnedTable = {};
  try {
    saved = await fs.readFile(path, 'utf8');
    before = parseLearned(saved);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') {
      logger.warn(
        { path, detail: String(thrown) },
        'what was learned of starts cannot be read; it is measured again',
      );
    }
  }
  return {
    before,
    async save(table) {
      const text = JSON.stringify(table);
      if (text === saved) return;
      try {
        await fs.writeFile(`${path}.new`, text, { mode: 0o600 });
        await fs.rename(`${path}.new`, path);
        saved = text;
      } catch (thrown) {
        logger.warn({ path, detail: String(thrown) }, 'what was learned of starts could not be saved');
      }
    },
  };
}

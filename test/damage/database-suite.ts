import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@beeline/control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackRelease } from '../golden/golden-release.ts';
import { type Damage, damagesOf } from './damage-file.ts';
import { listFiles } from './keep-copy.ts';
import type { TableContent } from './open-damaged.ts';
import { type DatabaseWalker, type WalkedOutcome, walkDatabase } from './walk-database.ts';

export interface FileOfDatabase {
  readonly path: string;
  readonly size: number;
}

/** Records of what happened: their damage is told where they are read, and stops nothing else. */
const records = new Set(['executions', 'logLines']);
const wayOut = /(restore|move|remove|choose)/;

type Tables = Readonly<Record<string, TableContent>>;

/** What is wrong with an outcome; null when the database is whole, or what is to do is told. */
function judge(outcome: WalkedOutcome, whole: Tables, damage: Damage): string | null {
  if ('died' in outcome) return `the process died: ${outcome.died}`;
  if ('refused' in outcome) {
    const told = wayOut.test(outcome.refused) && !outcome.refused.includes('\n');
    return told ? null : `refused without a way out: ${outcome.refused}`;
  }
  if (outcome.written !== 'done' && !wayOut.test(outcome.written)) return `writing: ${outcome.written}`;
  for (const [table, content] of Object.entries(outcome.tables)) {
    const told = 'refused' in content && wayOut.test(content.refused);
    // A page of zeros has no rows for PostgreSQL; nothing that a platform needs may be lost that way.
    if (records.has(table) && (told || damage === 'zeros')) continue;
    if (JSON.stringify(content) !== JSON.stringify(whole[table])) {
      return `${table} is not what it was: ${'refused' in content ? content.refused : 'rows are missing'}`;
    }
  }
  return null;
}

/** Damages the chosen files of the database of a release, each in every way, and opens it. */
export function databaseSuite(
  choose: (files: readonly FileOfDatabase[]) => readonly FileOfDatabase[],
  fewest: number,
): void {
  const workshop = mkdtempSync(join(tmpdir(), 'beeline-damaged-'));
  const whole = join(workshop, 'whole');
  let walker: DatabaseWalker;
  let tables: Tables;
  let chosen: readonly FileOfDatabase[];

  describe('a database', () => {
    beforeAll(async () => {
      unpackRelease('0.1.0', whole);
      await (await openStore({ dataDir: whole })).close();
      walker = walkDatabase(whole, join(workshop, 'copy'));
      const outcome = await walker.open({ file: '', damage: null });
      if (!('tables' in outcome)) throw new Error(`the whole database: ${JSON.stringify(outcome)}`);
      tables = outcome.tables;
      const files = listFiles(whole).filter((path) => path.startsWith('database/'));
      chosen = choose(files.map((path) => ({ path, size: statSync(join(whole, path)).size })));
    });
    afterAll(async () => {
      await walker.close();
      rmSync(workshop, { recursive: true, force: true });
    });

    it('that is whole has models and takes writes, and is seen with all its files', async () => {
      expect(tables.deployments).toMatchObject({ rows: expect.stringContaining('sentiment') });
      const outcome = await walker.open({ file: '', damage: null });
      expect(outcome).toEqual({ tables, written: 'done' });
      expect(chosen.length).toBeGreaterThanOrEqual(fewest);
    });

    it.each<Damage>(['cut', 'removed', 'emptied', 'garbage', 'zeros', 'a directory'])(
      'of which one file is %s is as it was or says what to do',
      async (damage) => {
        const wrong: string[] = [];
        for (const { path, size } of chosen) {
          if (!damagesOf(size).includes(damage)) continue;
          const verdict = judge(await walker.open({ file: path, damage }), tables, damage);
          if (verdict !== null) wrong.push(`${path}: ${verdict}`);
        }
        expect(wrong).toEqual([]);
      },
      3_600_000,
    );
  });
}

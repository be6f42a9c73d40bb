import { BeelineError } from '@beeline/core/base';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { documentKinds } from './document-kinds.ts';
import { versionOf } from './upgrade-document.ts';

/** The version of every kind of document that this program writes. */
const ownVersions: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(documentKinds).map(([kind, { steps }]) => [kind, versionOf({ steps })]),
);

/**
 * Compares the documents in the database with what this program knows, and notes that it writes its own versions from
 * now on. After an upgrade the loop looks at every deployment again, so that what it had derived from older documents
 * is derived anew.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when a newer program has written some.
 */
export async function checkDocumentVersions(
  queries: Kysely<Tables>,
  own: Readonly<Record<string, number>> = ownVersions,
): Promise<void> {
  const rows = await queries.selectFrom('documentVersions').selectAll().execute();
  const stored = new Map(rows.map(({ kind, version }) => [kind, version]));
  const newer = [...stored].filter(([kind, version]) => version > (own[kind] ?? 0)).map(([kind]) => kind);
  if (newer.length > 0) {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the database was written by a newer Beeline (its documents of ${newer.join(', ')} are of a later version): upgrade Beeline, or point it at another database`,
    });
  }
  const behind = Object.entries(own).filter(([kind, version]) => stored.get(kind) !== version);
  if (behind.length === 0) return;
  await queries
    .insertInto('documentVersions')
    .values(behind.map(([kind, version]) => ({ kind, version })))
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ version: sql<number>`excluded.version` }))
    .execute();
  await queries.updateTable('deployments').set({ dueAt: 0 }).execute();
}

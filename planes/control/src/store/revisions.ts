import type { RevisionRow } from './database/tables.ts';
import { openRevision } from './documents/open-rows.ts';
import { documentColumn, documentListColumn, optionalDocumentColumn } from './documents/stored-document.ts';
import type { Queries } from './open-store.ts';

/** The kept revisions of a deployment, oldest first. */
export async function listRevisions(queries: Queries, deployment: string): Promise<readonly RevisionRow[]> {
  const rows = await queries
    .selectFrom('revisions')
    .selectAll()
    .where('deployment', '=', deployment)
    .orderBy('number')
    .execute();
  return rows.map(openRevision);
}

/** Writes a revision; of one that exists only what the loop may change. */
export async function saveRevision(queries: Queries, row: RevisionRow): Promise<void> {
  const { artifactDigest, proof, retiringSince, retiringFrom } = row;
  const failure = optionalDocumentColumn('revisionFailure', row.failure);
  const trials = documentListColumn('locationTrial', row.trials);
  await queries
    .insertInto('revisions')
    .values({ ...row, template: documentColumn('revisionTemplate', row.template), failure, trials })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ artifactDigest, proof, failure, trials, retiringSince, retiringFrom }),
    )
    .execute();
}

export async function deleteRevisions(queries: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await queries
    .deleteFrom('revisions')
    .where('id', 'in', [...ids])
    .execute();
}

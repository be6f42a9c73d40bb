import { jsonColumn } from './database/json-column.ts';
import type { RevisionRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

/** The kept revisions of a deployment, oldest first. */
export function listRevisions(queries: Queries, deployment: string): Promise<readonly RevisionRow[]> {
  return queries
    .selectFrom('revisions')
    .selectAll()
    .where('deployment', '=', deployment)
    .orderBy('number')
    .execute();
}

/** Writes a revision; of one that exists only what the loop may change. */
export async function saveRevision(queries: Queries, row: RevisionRow): Promise<void> {
  const { artifactDigest, proof, retiringSince, retiringFrom } = row;
  const failure = jsonColumn(row.failure);
  const trials = jsonColumn(row.trials);
  await queries
    .insertInto('revisions')
    .values({ ...row, template: jsonColumn(row.template), failure, trials })
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

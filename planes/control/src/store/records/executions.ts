import type { ExecutionRecord } from '@beeline/core/contract';
import { sql } from 'kysely';
import { documentColumn, openDocument } from '../documents/stored-document.ts';
import type { DeploymentKey } from '../models.ts';
import type { Queries } from '../open-store.ts';
import type { Retention } from './retention.ts';
import { bytesBefore, maxAnswerBytes } from './within-bytes.ts';

/** Inserts executions; one that is known already is left as it is, so a batch may come twice. */
export async function insertExecutions(queries: Queries, records: readonly ExecutionRecord[]): Promise<void> {
  if (records.length === 0) return;
  await queries
    .insertInto('executions')
    .values(
      records.map((record) => ({
        id: record.id,
        workspace: record.workspace,
        model: record.model,
        environment: record.environment,
        startedAt: record.startedAt,
        record: documentColumn('executionRecord', record),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The last executions of a deployment, newest first. They are fewer than the limit when they are long. */
export async function listExecutions(
  queries: Queries,
  key: DeploymentKey,
  limit: number,
): Promise<readonly ExecutionRecord[]> {
  const chosen = queries
    .selectFrom('executions')
    .select(['id', 'startedAt', 'record'])
    .where('workspace', '=', key.workspace)
    .where('model', '=', key.model)
    .where('environment', '=', key.environment)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  const before = bytesBefore(sql`record::text`, sql`started_at desc, id desc`);
  const measured = queries
    .selectFrom(chosen.as('chosen'))
    .select(['id', 'startedAt', 'record', before.as('before')]);
  const rows = await queries
    .selectFrom(measured.as('measured'))
    .select('record')
    .where('before', '<', maxAnswerBytes)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(({ record }) => openDocument('executionRecord', record));
}

export async function loadExecution(
  queries: Queries,
  workspace: string,
  id: string,
): Promise<ExecutionRecord | undefined> {
  const row = await queries
    .selectFrom('executions')
    .select('record')
    .where('id', '=', id)
    .where('workspace', '=', workspace)
    .executeTakeFirst();
  return row && openDocument('executionRecord', row.record);
}

/** Deletes executions that are too old, and the oldest of those that are too many. */
export async function pruneExecutions(queries: Queries, retention: Retention, nowMs: number): Promise<void> {
  await queries
    .deleteFrom('executions')
    .where('startedAt', '<', nowMs - retention.maxAgeMs)
    .execute();
  const oldest = await queries
    .selectFrom('executions')
    .select('startedAt')
    .orderBy('startedAt', 'desc')
    .offset(retention.maxRows)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await queries.deleteFrom('executions').where('startedAt', '<=', oldest.startedAt).execute();
}

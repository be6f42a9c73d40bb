import { storableText } from '@beeline/core/base';
import type { LogsMessage } from '@beeline/core/contract';
import { sql } from 'kysely';
import type { LogLineRow } from '../database/tables.ts';
import type { DeploymentKey } from '../models.ts';
import type { Queries } from '../open-store.ts';
import type { Retention } from './retention.ts';
import { bytesBefore, maxAnswerBytes } from './within-bytes.ts';

/** Rows of one insert: far under the 65 535 parameters that the protocol allows. */
const rowsPerInsert = 1_000;

export async function insertLogLines(queries: Queries, message: LogsMessage): Promise<void> {
  for (let start = 0; start < message.lines.length; start += rowsPerInsert) {
    const rows = message.lines.slice(start, start + rowsPerInsert).map((line) => ({
      location: message.location,
      workspace: line.workspace,
      model: line.model,
      environment: line.environment,
      revision: line.revision,
      replica: line.replica,
      source: line.source,
      message: storableText(line.message),
      at: line.at,
    }));
    await queries.insertInto('logLines').values(rows).execute();
  }
}

export interface LogQuery {
  /** Milliseconds since 1970, inclusive. */
  readonly startMs?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly endMs?: number;
  /** Only lines that came after the line with this id. */
  readonly afterId?: number;
  readonly limit: number;
}

/**
 * Lines of a deployment, oldest first: the first ones after `afterId`, or else the last ones. They are fewer than the
 * limit when they are long.
 */
export async function listLogLines(
  queries: Queries,
  key: DeploymentKey,
  query: LogQuery,
): Promise<readonly LogLineRow[]> {
  const direction = query.afterId === undefined ? 'desc' : 'asc';
  let chosen = queries
    .selectFrom('logLines')
    .select(['id', 'message'])
    .where('workspace', '=', key.workspace)
    .where('model', '=', key.model)
    .where('environment', '=', key.environment)
    .orderBy('id', direction)
    .limit(query.limit);
  if (query.startMs !== undefined) chosen = chosen.where('at', '>=', query.startMs);
  if (query.endMs !== undefined) chosen = chosen.where('at', '<', query.endMs);
  if (query.afterId !== undefined) chosen = chosen.where('id', '>', query.afterId);
  const before = bytesBefore(sql.ref('message'), sql`id ${sql.raw(direction)}`);
  const measured = queries.selectFrom(chosen.as('chosen')).select(['id', before.as('before')]);
  return await queries
    .selectFrom('logLines')
    .selectAll()
    .where('id', 'in', (from) =>
      from.selectFrom(measured.as('measured')).select('measured.id').where('before', '<', maxAnswerBytes),
    )
    .orderBy('id')
    .execute();
}

/** Deletes lines that are too old, and of each deployment the oldest that are too many. */
export async function pruneLogLines(queries: Queries, retention: Retention, nowMs: number): Promise<void> {
  await queries
    .deleteFrom('logLines')
    .where('at', '<', nowMs - retention.maxAgeMs)
    .execute();
  const deployments = await queries
    .selectFrom('logLines')
    .select(['workspace', 'model', 'environment'])
    .groupBy(['workspace', 'model', 'environment'])
    .having((expression) => expression.fn.countAll<number>(), '>', retention.maxRows)
    .execute();
  for (const { workspace, model, environment } of deployments) {
    const ofDeployment = queries
      .selectFrom('logLines')
      .select('id')
      .where('workspace', '=', workspace)
      .where('model', '=', model)
      .where('environment', '=', environment)
      .orderBy('id', 'desc')
      .offset(retention.maxRows)
      .limit(1);
    await queries
      .deleteFrom('logLines')
      .where('workspace', '=', workspace)
      .where('model', '=', model)
      .where('environment', '=', environment)
      .where('id', '<=', ofDeployment)
      .execute();
  }
}

import { BeelineError } from '@beeline/core/base';
import { executionBody, type LogLineBody, logLineBody, revisionBody } from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { DeploymentRow, LogLineRow } from '../../store/database/tables.ts';
import { listExecutions, loadExecution } from '../../store/records/executions.ts';
import { type LogQuery, listLogLines } from '../../store/records/logs.ts';
import { listRevisions } from '../../store/revisions.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute, environmentQuery, periodQuery } from '../describe-route.ts';
import { queryInteger, queryWindow } from '../http/read-query.ts';
import { renderRevision } from '../render/render-revision.ts';
import { requireDeployment } from '../require-deployment.ts';

interface ModelPath {
  Params: { readonly model: string };
}

const tag = 'models';
const maxLogLines = 1_000;
const maxExecutions = 200;
/** Severity numbers of OpenTelemetry. */
const severities = { stdout: 9, platform: 9, stderr: 17 } as const;

const keyOf = ({ workspace, model, environment }: DeploymentRow) => ({ workspace, model, environment });

function renderLogLine(row: LogLineRow): LogLineBody {
  return {
    id: String(row.id),
    timestamp: new Date(row.at).toISOString(),
    message: row.message,
    severity: severities[row.source],
    source: row.source,
    revision: row.revision,
    replica: row.replica,
  };
}

function readLogQuery(query: unknown, nowMs: number): LogQuery {
  const afterId = queryInteger(query, 'after', { min: 0, max: Number.MAX_SAFE_INTEGER });
  return {
    limit: queryInteger(query, 'limit', { min: 1, max: maxLogLines }) ?? 200,
    ...queryWindow(query, nowMs),
    ...(afterId === undefined ? {} : { afterId }),
  };
}

function addRevisions(app: FastifyInstance, context: ApiContext): void {
  const schema = describeRoute({
    tag,
    summary: 'List the revisions of a deployment, the newest first',
    query: environmentQuery,
    answer: Type.Array(revisionBody),
    errors: [404],
  });
  const options = { config: { permission: 'models:get' }, schema } as const;
  app.get<ModelPath>('/models/:model/revisions', options, async (request) => {
    const deployment = await requireDeployment(context, request, request.params.model);
    const revisions = await listRevisions(context.store.queries, deployment.id);
    return revisions.map((revision) => renderRevision(deployment, revision)).reverse();
  });
}

function addLogs(app: FastifyInstance, context: ApiContext): void {
  const schema = describeRoute({
    tag,
    summary: 'Read the log of a deployment, the oldest line first: the last lines, or those after one',
    query: {
      ...environmentQuery,
      start: Type.Optional(Type.String({ format: 'date-time' })),
      end: Type.Optional(Type.String({ format: 'date-time' })),
      period: periodQuery,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLogLines, default: 200 })),
      after: Type.Optional(Type.String({ description: 'Id of the last line that is known' })),
    },
    answer: Type.Array(logLineBody),
    errors: [400, 404],
  });
  const options = { config: { permission: 'models:get' }, schema } as const;
  app.get<ModelPath>('/models/:model/logs', options, async (request) => {
    const deployment = await requireDeployment(context, request, request.params.model);
    const query = readLogQuery(request.query, context.clock.now());
    const lines = await listLogLines(context.store.queries, keyOf(deployment), query);
    return lines.map(renderLogLine);
  });
}

function addExecutions(app: FastifyInstance, context: ApiContext): void {
  const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: maxExecutions, default: 50 }));
  const list = describeRoute({
    tag: 'executions',
    summary: 'List the executions of a deployment, the newest first',
    query: { ...environmentQuery, limit },
    answer: Type.Array(executionBody),
    errors: [400, 404],
  });
  const listOptions = { config: { permission: 'executions:list' }, schema: list } as const;
  app.get<ModelPath>('/models/:model/executions', listOptions, async (request) => {
    const deployment = await requireDeployment(context, request, request.params.model);
    const rows = queryInteger(request.query, 'limit', { min: 1, max: maxExecutions }) ?? 50;
    return await listExecutions(context.store.queries, keyOf(deployment), rows);
  });

  const get = describeRoute({
    tag: 'executions',
    summary: 'Get an execution',
    answer: executionBody,
    errors: [404],
  });
  const getOptions = { config: { permission: 'executions:get' }, schema: get } as const;
  app.get<{ Params: { readonly id: string } }>('/executions/:id', getOptions, async (request) => {
    const { workspace } = callerOf(request);
    const { id } = request.params;
    const record = await loadExecution(context.store.queries, workspace, id);
    if (record !== undefined) return record;
    throw new BeelineError('RESOURCE_NOT_FOUND', {
      message: `there is no execution "${id}" in workspace "${workspace}"; it may be too old, or some seconds too new`,
    });
  });
}

/** What is recorded of a deployment: revisions, log lines, executions. */
export function addModelRecordRoutes(app: FastifyInstance, context: ApiContext): void {
  addRevisions(app, context);
  addLogs(app, context);
  addExecutions(app, context);
}

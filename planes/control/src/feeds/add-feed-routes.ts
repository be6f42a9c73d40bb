import { createHash, timingSafeEqual } from 'node:crypto';
import { BeelineError, type Clock, describeViolations, type Secret } from '@beeline/core/base';
import { type ExecutionRecord, feedPaths, type ObservedMessage } from '@beeline/core/contract';
import type { ParseResult } from '@beeline/core/resources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryInteger, queryText, refuseQuery } from '../api/http/read-query.ts';
import { saveGateway } from '../store/gateways.ts';
import type { Store } from '../store/open-store.ts';
import { insertExecutions } from '../store/records/executions.ts';
import { insertLogLines } from '../store/records/logs.ts';
import { buildAssignmentsMessage, buildRoutesMessage } from './build-snapshots.ts';
import { parseExecutionsMessage, parseLogsMessage, parseObservedMessage } from './message-schemas.ts';
import { ensureLocation, saveObserved } from './save-observed.ts';
import { waitForVersion } from './wait-for-version.ts';

export interface FeedContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly internalToken: Secret;
  /** Aborts when the process stops: whoever waits gets its answer at once. */
  readonly closing: AbortSignal;
}

/** Largest message from another plane. */
const messageLimitBytes = 32 * 1024 * 1024;
const maxWaitMs = 60_000;
/** A gateway that has been silent for longer does not count. */
const gatewaySilenceMs = 30_000;

const digest = (text: string) => createHash('sha256').update(text).digest();

function requireToken(request: FastifyRequest, token: Secret): void {
  const sent = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (sent !== undefined && timingSafeEqual(digest(sent), digest(token.reveal()))) return;
  throw new BeelineError(sent === undefined ? 'AUTHENTICATION_REQUIRED' : 'AUTHENTICATION_FAILED', {
    message: 'the internal API takes the internal token: give every process the same BL_INTERNAL_TOKEN',
  });
}

function requireParsed<T>(parsed: ParseResult<T>): T {
  if (parsed.ok) return parsed.value;
  throw new BeelineError('INVALID_INPUT', {
    message: describeViolations(parsed.violations),
    fields: parsed.violations,
  });
}

function readPull(request: FastifyRequest, reply: FastifyReply, who: string, closing: AbortSignal) {
  const name = queryText(request.query, who) ?? refuseQuery(who, { rule: 'is required' });
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    name,
    after: queryInteger(request.query, 'after', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
    waitMs: queryInteger(request.query, 'waitMs', { min: 0, max: maxWaitMs }) ?? 0,
    signal: AbortSignal.any([gone.signal, closing]),
  };
}

function addPulls(app: FastifyInstance, context: FeedContext): void {
  const { store, clock, closing } = context;

  app.get(feedPaths.routes, async (request, reply) => {
    const pull = readPull(request, reply, 'gateway', closing);
    const remember = (waitMs: number) => {
      const nowMs = clock.now();
      const liveUntil = nowMs + waitMs + gatewaySilenceMs;
      return saveGateway(store.queries, { name: pull.name, routesVersion: pull.after, liveUntil, nowMs });
    };
    await remember(pull.waitMs);
    const version = await waitForVersion(store, clock, { feed: 'routes', ...pull });
    if (pull.waitMs > 0) await remember(0);
    if (version === null) return reply.code(204).send();
    return await buildRoutesMessage(store.queries, version);
  });

  app.get(feedPaths.assignments, async (request, reply) => {
    const pull = readPull(request, reply, 'location', closing);
    await ensureLocation(store, pull.name);
    const version = await waitForVersion(store, clock, { feed: 'assignments', ...pull });
    if (version === null) return reply.code(204).send();
    return await buildAssignmentsMessage(store.queries, pull.name, version);
  });
}

function addPushes(app: FastifyInstance, context: FeedContext): void {
  const { store, clock } = context;
  const options = { bodyLimit: messageLimitBytes };

  app.post(feedPaths.observed, options, async (request, reply) => {
    const message = requireParsed(parseObservedMessage(request.body));
    await saveObserved(store, message as ObservedMessage, clock.now());
    return reply.code(204).send();
  });

  app.post(feedPaths.executions, options, async (request, reply) => {
    const { executions } = requireParsed(parseExecutionsMessage(request.body));
    await insertExecutions(store.queries, executions as unknown as readonly ExecutionRecord[]);
    return reply.code(204).send();
  });

  app.post(feedPaths.logs, options, async (request, reply) => {
    await insertLogLines(store.queries, requireParsed(parseLogsMessage(request.body)));
    return reply.code(204).send();
  });
}

/** The internal API: snapshots out, reports in. */
export async function addFeedRoutes(app: FastifyInstance, context: FeedContext): Promise<void> {
  app.addHook('onRequest', async (request) => requireToken(request, context.internalToken));
  addPulls(app, context);
  addPushes(app, context);
}

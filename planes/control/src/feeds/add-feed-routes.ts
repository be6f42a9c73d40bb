import { createHash, timingSafeEqual } from 'node:crypto';
import { BeelineError, type Clock, decodeUtf8, describeUtf8Problem, type Secret } from '@beeline/core/base';
import {
  feedPaths,
  type OnRefused,
  readExecutionsMessage,
  readLogsMessage,
  readObservedMessage,
} from '@beeline/core/contract';
import { boxPublicKeyPattern } from '@beeline/core/secrets';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryInteger, queryText, refuseQuery } from '../api/http/read-query.ts';
import type { AssignmentSealer } from '../secrets/seal-assignments.ts';
import { saveGateway } from '../store/gateways.ts';
import type { Store } from '../store/open-store.ts';
import { insertExecutions } from '../store/records/executions.ts';
import { insertLogLines } from '../store/records/logs.ts';
import { buildAssignmentsMessage, buildRoutesMessage } from './build-snapshots.ts';
import { ensureLocation, saveObserved } from './save-observed.ts';
import { takeMessages } from './take-message.ts';
import { waitForVersion } from './wait-for-version.ts';

export interface FeedContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly internalToken: Secret;
  readonly sealer: AssignmentSealer;
  /** Aborts when the process stops: whoever waits gets its answer at once. */
  readonly closing: AbortSignal;
  readonly onRefused: OnRefused;
}

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

/** The public key of the location that pulls; null of a version that has none. */
function readSealFor(request: FastifyRequest): string | null {
  const key = queryText(request.query, 'sealFor') ?? null;
  if (key === null || new RegExp(boxPublicKeyPattern).test(key)) return key;
  return refuseQuery('sealFor', { rule: 'must be an X25519 public key in base64url' });
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
    const sealFor = readSealFor(request);
    await ensureLocation(store, pull.name);
    const version = await waitForVersion(store, clock, { feed: 'assignments', ...pull });
    if (version === null) return reply.code(204).send();
    const target = { location: pull.name, version, sealFor };
    return await buildAssignmentsMessage(store.queries, context.sealer, target);
  });
}

function addPushes(app: FastifyInstance, { store, clock, onRefused }: FeedContext): void {
  takeMessages(app, {
    kind: 'observed',
    read: readObservedMessage,
    onRefused,
    save: (message, refused) => saveObserved(store, message, refused, clock.now()),
  });
  takeMessages(app, {
    kind: 'executions',
    read: readExecutionsMessage,
    onRefused,
    save: ({ executions }) => insertExecutions(store.queries, executions),
  });
  takeMessages(app, {
    kind: 'logs',
    read: readLogsMessage,
    onRefused,
    save: (message) => insertLogLines(store.queries, message),
  });
}

/**
 * Other planes' messages are not refused for a character in a text, as a user's are: the store cleans it. Bytes that are
 * no text are damage, and nothing of such a message can be trusted.
 */
function parseMessages(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => {
      const decoded = decodeUtf8(body);
      if (!decoded.ok) {
        throw new BeelineError('INVALID_INPUT', {
          message: `the message ${describeUtf8Problem(decoded.problem)}`,
        });
      }
      try {
        return JSON.parse(decoded.text);
      } catch (cause) {
        throw new BeelineError('INVALID_INPUT', {
          message: `the message is not valid JSON: ${String(cause)}`,
          cause,
        });
      }
    },
  );
}

/** The internal API: snapshots out, reports in. */
export async function addFeedRoutes(app: FastifyInstance, context: FeedContext): Promise<void> {
  app.addHook('onRequest', async (request) => requireToken(request, context.internalToken));
  parseMessages(app);
  addPulls(app, context);
  addPushes(app, context);
}

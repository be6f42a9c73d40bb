import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, type ObjectVersion } from './entity-tag.ts';
import { isNotModified, readPrecondition } from './preconditions.ts';

/** Answers with one object and its entity tag; a reader that has this text already gets none. */
export function answerObject(
  request: FastifyRequest,
  reply: FastifyReply,
  version: ObjectVersion,
  object: object,
): FastifyReply {
  const text = JSON.stringify(object);
  const tag = entityTag(version, text);
  reply.header('etag', tag);
  if (request.method === 'GET' && isNotModified(readPrecondition(request.headers), tag)) {
    return reply.code(304).send();
  }
  return reply.type('application/json; charset=utf-8').send(text);
}

import type { FastifyRequest } from 'fastify';
import type { Caller } from './authenticate.ts';

/** Who sent the request: every route of the public API has been through authentication. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller');

import { errorBody } from '@beeline/core/contract';
import type { FastifySchema } from 'fastify';
import { type TProperties, type TSchema, Type } from 'typebox';

export interface RouteDescription {
  /** The group of the published description that it belongs to. */
  readonly tag: string;
  readonly summary: string;
  readonly query?: TProperties;
  readonly body?: TSchema;
  readonly answer: TSchema;
  /** Error statuses besides those that every route has. */
  readonly errors?: readonly (400 | 404 | 409 | 412 | 413 | 415)[];
}

/** The schema of a route for the published description; nothing is validated with it. */
export function describeRoute(route: RouteDescription): FastifySchema {
  const statuses = [...(route.errors ?? []), 401, 403, 500];
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.query === undefined ? {} : { querystring: Type.Object(route.query) }),
    ...(route.body === undefined ? {} : { body: route.body }),
    response: {
      200: route.answer,
      ...Object.fromEntries(statuses.map((status) => [status, errorBody])),
    },
  } as FastifySchema;
}

/** Query of a call about one deployment. */
export const environmentQuery: TProperties = {
  environment: Type.Optional(Type.String({ description: 'Name of an environment; production when absent' })),
};

/** The other way to say where a window begins. */
export const periodQuery = Type.Optional(
  Type.String({
    description: 'Instead of `start`: so long before the end by the clock of the platform, such as 15m',
  }),
);

/** Query of a list. */
export const listQuery: TProperties = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 200,
      description:
        'Items of one page; 50 when absent, 1000 without an envelope. A page of 8 MiB of documents ends earlier',
    }),
  ),
  sort: Type.Optional(Type.Enum(['createdAt:desc', 'createdAt:asc', 'name:asc', 'name:desc'])),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of a name, display name or label' })),
  status: Type.Optional(Type.String({ description: 'Statuses, separated by commas' })),
  cursor: Type.Optional(Type.String({ description: '`meta.nextCursor` of the page before' })),
};

/** A list: an array with a `Link` header to the next page, or an envelope when the version header is 2026-04-28. */
export const listAnswer = (item: TSchema): TSchema =>
  Type.Union([
    Type.Array(item),
    Type.Object({
      data: Type.Array(item),
      meta: Type.Object({
        hasMore: Type.Boolean(),
        nextCursor: Type.Union([Type.String(), Type.Null()]),
        total: Type.Integer(),
      }),
    }),
  ]);

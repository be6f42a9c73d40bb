import { BeelineError } from '@beeline/core/base';
import { errorBody } from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { describeRoute } from '../describe-route.ts';

/** `/integrations/{name}`: public clients ask for one before they call a model; there are none yet. */
export function addIntegrationRoutes(app: FastifyInstance): void {
  const schema = describeRoute({
    tag: 'integrations',
    summary: 'Get an integration; none exists yet',
    answer: errorBody,
    errors: [404],
  });
  app.get<{ Params: { readonly name: string } }>(
    '/integrations/:name',
    { config: { permission: 'integrations:get' }, schema },
    async (request) => {
      throw new BeelineError('RESOURCE_NOT_FOUND', {
        message: `there is no integration "${request.params.name}"`,
      });
    },
  );
}

import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

const description = `The control plane: deployments, their policies and environments, and what is recorded of them.
Every call takes an API key; it is for the workspace that the header names, or for the first one of the key.`;

/** Collects the routes that are registered after it into `/v0/openapi.json`. Those without a tag stay out. */
export async function publishOpenapi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Beeline', version: '0', description },
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ apiKey: [] }],
    },
  });
  app.get('/v0/openapi.json', async () => app.swagger());
}

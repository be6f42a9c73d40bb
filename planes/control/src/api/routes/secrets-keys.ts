import { type SecretsKeysBody, secretsKeysBody, secretsRotationBody } from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { rotateSecrets } from '../../secrets/rotate-secrets.ts';
import { countSecretsByKey, listSecretsWithoutKey } from '../../store/secrets.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute } from '../describe-route.ts';

const tag = 'secrets';

async function renderKeys({ store, secretKeys }: ApiContext, workspace: string): Promise<SecretsKeysBody> {
  const { ids, current } = secretKeys.ring();
  const counts = new Map((await countSecretsByKey(store.queries)).map(({ keyId, count }) => [keyId, count]));
  const lost = await listSecretsWithoutKey(store.queries, ids);
  return {
    keys: [...new Set([...ids, ...counts.keys()])].map((id) => ({
      id,
      state: id === current ? 'current' : ids.includes(id) ? 'former' : 'missing',
      values: counts.get(id) ?? 0,
    })),
    unreadable: lost
      .filter((one) => one.workspace === workspace)
      .map(({ model, environment, name, keyId }) => ({
        model,
        environment,
        variable: name.replace(/^env\//, ''),
        key: keyId,
      })),
  };
}

/** `/secrets_keys`, for admins. */
export function addSecretsKeyRoutes(app: FastifyInstance, context: ApiContext): void {
  const get = describeRoute({
    tag,
    summary: 'Get the ids of the keys that secret values are sealed with, and the values without their key',
    answer: secretsKeysBody,
  });
  app.get('/secrets_keys', { config: { permission: 'secretsKeys:get' }, schema: get }, async (request) =>
    renderKeys(context, callerOf(request).workspace),
  );

  const rotate = describeRoute({
    tag,
    summary:
      'Seal every secret value with a new key, or with the first one when keys are given by settings; may be repeated',
    answer: secretsRotationBody,
  });
  app.post(
    '/secrets_keys/rotate',
    { config: { permission: 'secretsKeys:update' }, schema: rotate },
    async (request) => {
      const { newKey, rewrapped, unreadable } = await rotateSecrets(context.store, context.secretKeys);
      const by = callerOf(request).key;
      context.logger.info({ by, newKey, rewrapped, unreadable }, 'the key of secret values was rotated');
      return { newKey, rewrapped, ...(await renderKeys(context, callerOf(request).workspace)) };
    },
  );
}

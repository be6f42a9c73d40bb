import { BeelineError } from '@beeline/core/base';
import type { Queries } from '../store/open-store.ts';
import { type LostSecret, listSecretsWithoutKey } from '../store/secrets.ts';
import type { SecretKeys } from './secret-keys.ts';

const namedAtMost = 10;

/** `TOKEN, OTHER of default/chat (production)`, for the first of them. */
export function nameLostSecrets(lost: readonly LostSecret[]): string {
  const byModel = Map.groupBy(lost, (one) => `${one.workspace}/${one.model} (${one.environment})`);
  const named = [...byModel].slice(0, namedAtMost).map(([model, values]) => {
    const names = new Set(values.map(({ name }) => name.replace(/^env\//, '')));
    return `${[...names].join(', ')} of ${model}`;
  });
  const more = byModel.size - named.length;
  return `${named.join('; ')}${more > 0 ? `; and those of ${more} more models` : ''}`;
}

/** One line about the values that cannot be opened and the way out; null when every value has its key. */
export async function describeLostSecrets(queries: Queries, keys: SecretKeys): Promise<string | null> {
  let ids: readonly string[] = [];
  let reason = 'their key is missing: put it back among the secrets keys, or apply these models again';
  try {
    ids = keys.ring().ids;
  } catch (error) {
    if (!(error instanceof BeelineError) || error.code !== 'SECRETS_KEY_MISSING') throw error;
    reason = error.message;
  }
  const lost = await listSecretsWithoutKey(queries, ids);
  if (lost.length === 0) return ids.length === 0 ? reason : null;
  const needed = [...new Set(lost.map(({ keyId }) => keyId))].join(', ');
  return `secret values cannot be opened (${nameLostSecrets(lost)}; sealed with key ${needed}); ${reason}`;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { BeelineError, describeViolations, newId, type Secret } from '@beeline/core/base';
import { type ModelSpec, planEnvs, type SecretIds, type TakenSecrets } from '@beeline/core/resources';
import type { KeyRing } from '@beeline/core/secrets';
import type { Queries } from '../store/open-store.ts';
import { contextOf, envPlace, insertSecret, loadSecrets, type SecretPlace } from '../store/secrets.ts';
import type { SecretKeys } from './secret-keys.ts';

const digest = (value: Secret) => createHash('sha256').update(value.reveal()).digest();

/** Whether a sealed value is this one; one that cannot be opened is another. */
async function holds(
  queries: Queries,
  ring: KeyRing,
  id: string,
  place: SecretPlace,
  value: Secret,
): Promise<boolean> {
  const row = (await loadSecrets(queries, [id])).get(id);
  if (row === undefined) return false;
  try {
    return timingSafeEqual(digest(ring.open(row.sealed, contextOf(place))), digest(value));
  } catch (error) {
    if (error instanceof BeelineError && error.code === 'SECRET_UNREADABLE') return false;
    throw error;
  }
}

export interface SecretOwner {
  readonly workspace: string;
  /** Id of the deployment. */
  readonly deployment: string;
  /** Its variables as they are stored now; none of a new one. */
  readonly envs: ModelSpec['runtime']['envs'];
}

/**
 * Seals the secret values of a deployment that are new or differ from what is stored, and gives the id of each.
 * The same value has the same id as before, so applying it again changes nothing.
 * @throws BeelineError INVALID_INPUT for `***` where there is nothing to keep, SECRETS_KEY_MISSING.
 */
export async function sealSecrets(
  queries: Queries,
  keys: SecretKeys,
  owner: SecretOwner,
  taken: TakenSecrets,
  nowMs: number,
): Promise<SecretIds> {
  const { violations, kept, sent } = planEnvs(taken, owner.envs);
  if (violations.length > 0) {
    throw new BeelineError('INVALID_INPUT', { message: describeViolations(violations), fields: violations });
  }
  const ids = new Map(Object.entries(kept));
  for (const { name, value, before } of sent) {
    const ring = keys.ring();
    const place = envPlace(owner.workspace, owner.deployment, name);
    if (before !== null && (await holds(queries, ring, before, place, value))) {
      ids.set(name, before);
      continue;
    }
    const id = newId('sec', nowMs);
    const sealed = ring.seal(value, contextOf(place));
    await insertSecret(queries, { id, ...place, sealed, keyId: ring.current, createdAt: nowMs });
    ids.set(name, id);
  }
  return Object.fromEntries(ids);
}

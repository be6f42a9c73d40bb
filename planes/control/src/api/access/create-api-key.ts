import { BeelineError, type Secret } from '@beeline/core/base';
import type { KeyEntry } from '@beeline/core/contract';
import { insertApiKey } from '../../store/api-keys.ts';
import type { ApiKeyRow } from '../../store/database/tables.ts';
import type { Store } from '../../store/open-store.ts';
import { loadWorkspace } from '../../store/workspaces.ts';
import { hashToken, newApiKeyToken } from './api-key-token.ts';

/** Who made the keys that a platform makes by itself: whoever has one of them owns the platform. */
export const madeByPlatform = 'platform';

export interface NewApiKey {
  readonly name: string;
  readonly workspaces: readonly string[];
  readonly role: KeyEntry['role'];
  /** Milliseconds since 1970; null never expires. */
  readonly expiresAt: number | null;
  readonly createdBy: string;
}

/**
 * Makes an API key. Its token is given out here and never again; the store keeps a hash.
 * @throws BeelineError RESOURCE_NOT_FOUND when a workspace does not exist.
 */
export function createApiKey(
  store: Store,
  key: NewApiKey,
  nowMs: number,
): Promise<{ readonly row: ApiKeyRow; readonly token: Secret }> {
  const { id, token } = newApiKeyToken();
  const row: ApiKeyRow = { ...key, id, hash: hashToken(token.reveal()), createdAt: nowMs };
  return store.write(async (tx) => {
    for (const workspace of key.workspaces) {
      if ((await loadWorkspace(tx.queries, workspace)) !== undefined) continue;
      throw new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no workspace "${workspace}"` });
    }
    await insertApiKey(tx.queries, row);
    await tx.bump('routes');
    return { row, token };
  });
}

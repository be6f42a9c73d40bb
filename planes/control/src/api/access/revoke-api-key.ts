import { BeelineError } from '@beeline/core/base';
import { deleteApiKey, lockApiKeys } from '../../store/api-keys.ts';
import type { ApiKeyRow } from '../../store/database/tables.ts';
import type { Store } from '../../store/open-store.ts';

const isGoodAdmin = ({ role, expiresAt }: ApiKeyRow, nowMs: number) =>
  role === 'admin' && (expiresAt === null || expiresAt > nowMs);

/** Whether a workspace would be left without a key that can make others. */
export function isLastAdmin(row: ApiKeyRow, all: readonly ApiKeyRow[], nowMs: number): boolean {
  return isGoodAdmin(row, nowMs) && !all.some((each) => each.id !== row.id && isGoodAdmin(each, nowMs));
}

/**
 * Deletes an API key of a workspace.
 * @throws BeelineError RESOURCE_NOT_FOUND when there is none of that id, RESOURCE_PROTECTED for the last admin key.
 */
export function revokeApiKey(
  store: Store,
  { workspace, id }: { readonly workspace: string; readonly id: string },
  nowMs: number,
): Promise<ApiKeyRow> {
  return store.write(async (tx) => {
    const all = await lockApiKeys(tx.queries, workspace);
    const row = all.find((each) => each.id === id);
    if (row === undefined) {
      throw new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no API key "${id}"` });
    }
    if (isLastAdmin(row, all, nowMs)) {
      throw new BeelineError('RESOURCE_PROTECTED', {
        message: `"${row.name}" is the last admin key of workspace "${workspace}": create another one before you delete it`,
      });
    }
    await deleteApiKey(tx.queries, id);
    await tx.bump('routes');
    return row;
  });
}

import { BeelineError } from '@beeline/core/base';
import { type KeyEntry, lookUpIn, readCredential, readWorkspaceName } from '@beeline/core/contract';
import { loadApiKey } from '../../store/api-keys.ts';
import type { Queries } from '../../store/open-store.ts';
import { hashToken, isSameHash, readApiKeyId } from './api-key-token.ts';
import { madeByPlatform } from './create-api-key.ts';

/** Who speaks, and about which workspace. */
export interface Caller {
  /** Id of the API key. */
  readonly key: string;
  readonly role: KeyEntry['role'];
  /** It is a key that the platform made by itself, for whoever runs it. */
  readonly ownsPlatform: boolean;
  readonly workspace: string;
  /** Every workspace that the key is good for. */
  readonly workspaces: readonly string[];
}

const failed = (message: string) => new BeelineError('AUTHENTICATION_FAILED', { message });

/** A name that no key has, so that an unknown key costs the same comparison as a wrong one. */
const noHash = '0'.repeat(64);

/**
 * Finds out who speaks.
 * @throws BeelineError AUTHENTICATION_REQUIRED without a credential, AUTHENTICATION_FAILED with a wrong one,
 * FORBIDDEN when the key is not good for the workspace that is named.
 */
export async function authenticate(
  queries: Queries,
  request: {
    readonly headers: Parameters<typeof lookUpIn>[0];
    readonly workspaceQuery: string | undefined;
  },
  nowMs: number,
): Promise<Caller> {
  const header = lookUpIn(request.headers);
  const credential = readCredential(header);
  if (credential === undefined || credential === '') {
    throw new BeelineError('AUTHENTICATION_REQUIRED', {
      message: 'the request has no API key: send it as "Authorization: Bearer <key>"',
    });
  }
  const id = readApiKeyId(credential);
  const row = id === undefined ? undefined : await loadApiKey(queries, id);
  if (!isSameHash(hashToken(credential), row?.hash ?? noHash) || row === undefined) {
    throw failed('the API key is unknown or was revoked: check it, or create a new one');
  }
  if (row.expiresAt !== null && row.expiresAt <= nowMs) {
    throw failed(`the API key expired at ${new Date(row.expiresAt).toISOString()}: create a new one`);
  }
  const workspace = readWorkspaceName(header, request.workspaceQuery) ?? row.workspaces[0];
  if (workspace === undefined || !row.workspaces.includes(workspace)) {
    throw new BeelineError('FORBIDDEN', {
      message: `this API key gives no right to workspace "${workspace ?? ''}": use a key of that workspace`,
    });
  }
  const ownsPlatform = row.createdBy === madeByPlatform;
  return { key: row.id, role: row.role, ownsPlatform, workspace, workspaces: row.workspaces };
}

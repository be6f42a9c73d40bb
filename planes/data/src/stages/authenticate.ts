import { hash, timingSafeEqual } from 'node:crypto';
import type { BeelineError } from '@beeline/core/base';
import { type KeyEntry, readCredential } from '@beeline/core/contract';
import {
  credentialExpired,
  credentialMissing,
  credentialUnknown,
  workspaceForbidden,
  workspaceNotFound,
} from '../errors.ts';
import type { GatewaySnapshot } from '../tables/build-snapshot.ts';
import type { IdentifiedRequest } from './identify.ts';

/** A request whose key may use the workspace. */
export interface AuthenticatedRequest extends IdentifiedRequest {
  readonly key: KeyEntry;
}

function findKey(snapshot: GatewaySnapshot, credential: string): KeyEntry | undefined {
  // Hashing takes under a microsecond, so no plain key is kept to save it.
  const presented = hash('sha256', credential, 'hex');
  const key = snapshot.findKey(presented);
  if (key === undefined || key.hash.length !== presented.length) return undefined;
  return timingSafeEqual(Buffer.from(key.hash), Buffer.from(presented)) ? key : undefined;
}

/** Checks the key. Whether a workspace exists is told to callers with a good key only. */
export function authenticate(
  request: IdentifiedRequest,
  snapshot: GatewaySnapshot,
): AuthenticatedRequest | BeelineError {
  const credential = readCredential(request.message.headers);
  if (credential === undefined || credential === '') return credentialMissing();
  const key = findKey(snapshot, credential);
  if (key === undefined) return credentialUnknown();
  if (key.expiresAt !== null && key.expiresAt <= request.startedAt) return credentialExpired(key.expiresAt);
  if (!snapshot.hasWorkspace(request.workspace)) return workspaceNotFound(request.workspace);
  if (!key.workspaces.includes(request.workspace)) return workspaceForbidden(request.workspace);
  return { ...request, key };
}

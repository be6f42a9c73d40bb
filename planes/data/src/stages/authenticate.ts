import { hash } from 'node:crypto';
import type { BeelineError } from '@beeline/core/base';
import { type HeaderLookup, type KeyEntry, readCredential } from '@beeline/core/contract';
import {
  credentialExpired,
  credentialMissing,
  credentialUnknown,
  workspaceForbidden,
  workspaceNotFound,
} from '../errors.ts';
import type { GatewaySnapshot } from '../tables/build-snapshot.ts';

/**
 * The key that a credential is. It is found by its digest: how long that takes says nothing about a key, since nobody
 * can choose the digest of what he presents. Hashing takes under a microsecond, so no plain key is kept to save it.
 */
function findKey(snapshot: GatewaySnapshot, credential: string): KeyEntry | undefined {
  return snapshot.findKey(hash('sha256', credential, 'hex'));
}

/** Finds the key of a request and checks it. Whether a workspace exists is told to callers with a good key only. */
export function authenticate(
  header: HeaderLookup,
  workspace: string,
  nowMs: number,
  snapshot: GatewaySnapshot,
): KeyEntry | BeelineError {
  const credential = readCredential(header);
  if (credential === undefined || credential === '') return credentialMissing();
  const key = findKey(snapshot, credential);
  if (key === undefined) return credentialUnknown();
  if (key.expiresAt !== null && key.expiresAt <= nowMs) return credentialExpired(key.expiresAt);
  if (!snapshot.hasWorkspace(workspace)) return workspaceNotFound(workspace);
  if (!key.workspaces.includes(workspace)) return workspaceForbidden(workspace);
  return key;
}

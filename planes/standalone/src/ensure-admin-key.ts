import { createApiKey, madeByPlatform, type Store } from '@beeline/control';
import type { Secret } from '@beeline/core/base';
import { loadClientConfig, saveCredentials } from '@beeline/core/contract';

interface AdminKeyRequest {
  readonly store: Store;
  readonly configPath: string;
  readonly workspace: string;
  /** Where the control API answers on this machine. */
  readonly localUrl: string;
  /** Address that callers use. */
  readonly runUrl: string;
  readonly nowMs: number;
}

/** Asks the API itself, so that a key counts as valid exactly when the API takes it. */
async function isAccepted(key: Secret, request: AdminKeyRequest): Promise<boolean> {
  const response = await fetch(
    `${request.localUrl}/v0/workspaces/${request.workspace}?workspace=${request.workspace}`,
    {
      headers: { authorization: `Bearer ${key.reveal()}` },
    },
  );
  await response.arrayBuffer();
  return response.ok;
}

/**
 * Makes sure that the people on this machine can enter: the command line's configuration holds a key that this
 * platform accepts. One that is missing there, or belongs to another data directory, is replaced by a new one;
 * whoever starts the platform owns its data and may have one.
 */
export async function ensureAdminKey(request: AdminKeyRequest): Promise<{ secret: Secret; isNew: boolean }> {
  const { store, configPath, workspace, runUrl, nowMs } = request;
  const { config } = await loadClientConfig(configPath);
  const known = config.workspaces.find((entry) => entry.name === workspace)?.apiKey;
  const isValid = known !== undefined && (await isAccepted(known, request));
  const newKey = {
    name: 'command line',
    workspaces: [workspace],
    role: 'admin',
    expiresAt: null,
    createdBy: madeByPlatform,
  } as const;
  const secret = isValid ? known : (await createApiKey(store, newKey, nowMs)).token;
  await saveCredentials(configPath, {
    workspace,
    apiKey: secret,
    apiUrl: `${runUrl}/v0`,
    runUrl,
    makeCurrent: true,
  });
  return { secret, isNew: !isValid };
}

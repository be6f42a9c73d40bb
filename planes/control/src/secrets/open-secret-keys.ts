import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError, type Logger, type Secret } from '@beeline/core/base';
import { makeMasterKey } from '@beeline/core/secrets';
import { makeDataDirectory } from '@beeline/core/service';
import type { Store } from '../store/open-store.ts';
import { countSecretsByKey } from '../store/secrets.ts';
import { describeLostSecrets } from './describe-lost-secrets.ts';
import { fileSecretKeys, givenSecretKeys, type SecretKeys, saveSecretKeys } from './secret-keys.ts';

export interface SecretKeySettings {
  readonly secretsKey: Secret | null;
  readonly secretsKeyFile: string | null;
  readonly dataDir: string;
}

/** In the data directory, beside the embedded database and not in it. */
const ownFileName = 'secrets.key';

function makeOwnFile(path: string, dataDir: string, logger: Logger): void {
  makeDataDirectory(dataDir);
  try {
    saveSecretKeys(path, [makeMasterKey()]);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the secrets key cannot be written to ${path} (${code}): check free disk space and permissions`,
      cause,
    });
  }
  logger.info({ path }, `made a key for secret values in ${path}; keep a copy apart from the database`);
}

function chooseSource(settings: SecretKeySettings, hasValues: boolean, logger: Logger): SecretKeys {
  const { secretsKey, secretsKeyFile, dataDir } = settings;
  if (secretsKey !== null && secretsKeyFile !== null) {
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: 'secretsKey and secretsKeyFile are both set: remove one of the two',
    });
  }
  if (secretsKey !== null) return givenSecretKeys(secretsKey);
  if (secretsKeyFile !== null) return fileSecretKeys(secretsKeyFile, false);
  const path = join(dataDir, ownFileName);
  // A key that is made while values of another one exist would hide that theirs was lost.
  if (!hasValues && !existsSync(path)) makeOwnFile(path, dataDir, logger);
  return fileSecretKeys(path, true);
}

/**
 * Opens the keys for secret values: those that are given, or a file of its own in the data directory, made on the
 * first start. Keys that are missing keep nothing from starting: the log says once which values cannot be opened.
 * @throws BeelineError INVALID_CONFIGURATION, DATA_DIRECTORY_UNUSABLE
 */
export async function openSecretKeys(
  store: Store,
  settings: SecretKeySettings,
  logger: Logger,
): Promise<SecretKeys> {
  const hasValues = (await countSecretsByKey(store.queries)).length > 0;
  const keys = chooseSource(settings, hasValues, logger);
  const problem = await describeLostSecrets(store.queries, keys);
  if (problem !== null) logger.error({}, problem);
  // Locations that were told of values without their key are told once more.
  if (hasValues) await store.write((tx) => tx.bump('assignments'));
  return keys;
}

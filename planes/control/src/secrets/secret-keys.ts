import { statSync } from 'node:fs';
import { BeelineError, Secret } from '@beeline/core/base';
import {
  createKeyRing,
  type KeyRing,
  type MasterKey,
  makeKeyCommand,
  makeMasterKey,
  parseMasterKeys,
  readPrivateFile,
  removeDraft,
  writePrivateFile,
} from '@beeline/core/secrets';

/** The keys that secret values are sealed with. */
export interface SecretKeys {
  /**
   * The keys as they are now; a file that was changed is read again.
   * @throws BeelineError SECRETS_KEY_MISSING with the way out.
   */
  ring(): KeyRing;
  /**
   * Makes a new current key; the former ones stay. False when keys are given from outside: then the operator does.
   * @throws BeelineError SECRETS_KEY_MISSING
   */
  renew(): boolean;
}

function ringOf([current, ...former]: readonly MasterKey[]): KeyRing {
  if (current === undefined) throw new RangeError('a ring of keys needs one');
  return createKeyRing([current, ...former]);
}

/**
 * Keys from the setting `secretsKey`.
 * @throws BeelineError INVALID_CONFIGURATION, without repeating what was received.
 */
export function givenSecretKeys(text: Secret): SecretKeys {
  const parsed = parseMasterKeys(text.reveal());
  if (!parsed.ok) {
    throw new BeelineError('INVALID_CONFIGURATION', { message: `secretsKey ${parsed.rule}` });
  }
  const ring = ringOf(parsed.keys);
  return { ring: () => ring, renew: () => false };
}

const header = [
  '# Keys that secret values are sealed with, the current one first.',
  '# Keep a copy of this file, apart from copies of the database: without it secret values are lost.',
];

export function saveSecretKeys(path: string, keys: readonly MasterKey[]): void {
  writePrivateFile(path, new Secret([...header, ...keys.map(({ key }) => key.reveal()), ''].join('\n')));
}

function missing(path: string, reason: string): BeelineError {
  return new BeelineError('SECRETS_KEY_MISSING', {
    message: `the secrets key ${path} ${reason}: put it back from your copy, or make a new one (\`${makeKeyCommand} > '${path.replaceAll("'", "'\\''")}'\`) and apply models with secret variables again`,
  });
}

function readKeys(path: string): readonly MasterKey[] {
  let text: Secret | null;
  try {
    text = readPrivateFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw missing(path, `cannot be read (${code ?? message})`);
  }
  if (text === null) throw missing(path, 'does not exist');
  const parsed = parseMasterKeys(text.reveal());
  if (!parsed.ok) throw missing(path, parsed.rule);
  return parsed.keys;
}

/** What changes when a file is written, or another is put in its place. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

/**
 * Keys from a file, one on each line. Without it nothing is thrown here: what needs no secret goes on.
 * @param own The platform made the file and may put new keys into it.
 */
export function fileSecretKeys(path: string, own: boolean): SecretKeys {
  if (own) removeDraft(path);
  let known: { readonly stamp: string; readonly keys: readonly MasterKey[]; readonly ring: KeyRing } | null =
    null;
  const load = () => {
    const stamp = stampOf(path);
    if (known?.stamp === stamp) return known;
    const keys = readKeys(path);
    known = { stamp, keys, ring: ringOf(keys) };
    return known;
  };
  return {
    ring: () => load().ring,
    renew() {
      if (!own) return false;
      const { keys } = load();
      try {
        saveSecretKeys(path, [makeMasterKey(), ...keys]);
      } catch (error) {
        throw missing(path, `cannot be written (${(error as NodeJS.ErrnoException).code})`);
      }
      return true;
    },
  };
}

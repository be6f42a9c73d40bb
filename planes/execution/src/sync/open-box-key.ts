import { join } from 'node:path';
import { BeelineError, type Logger } from '@beeline/core/base';
import {
  type BoxKey,
  makeBoxPrivateKey,
  readBoxKey,
  readPrivateFile,
  writePrivateFile,
} from '@beeline/core/secrets';

const fileName = 'secrets.key';

function readKept(path: string, logger: Logger): BoxKey | null {
  let reason = 'it is no key';
  try {
    const text = readPrivateFile(path);
    if (text === null) return null;
    const key = readBoxKey(text);
    if (key !== null) return key;
  } catch (error) {
    reason = String(error);
  }
  logger.warn(
    { path },
    `the key of this location cannot be read (${reason}); it gets a new one, and secret values from control again`,
  );
  return null;
}

/**
 * The key that secret values are sealed for when control sends them to this location: only ciphertext is sent and
 * saved. It is kept in a file of its own, so that replicas start after a restart without control.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when a new key cannot be written.
 */
export function openBoxKey(directory: string, logger: Logger): BoxKey {
  const path = join(directory, fileName);
  const kept = readKept(path, logger);
  if (kept !== null) return kept;
  const text = makeBoxPrivateKey();
  const made = readBoxKey(text);
  if (made === null) throw new TypeError('a key that was just made cannot be read');
  try {
    writePrivateFile(path, text);
  } catch (cause) {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the key of this location cannot be written to ${path} (${(cause as NodeJS.ErrnoException).code}): check free disk space and permissions, and remove what is there in its place`,
      cause,
    });
  }
  return made;
}

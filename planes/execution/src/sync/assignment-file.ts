import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import type { AssignmentsMessage } from '@beeline/core/contract';

const fileName = 'assignments.json';

/** Keeps the last assignments on disk, so that the location works after a restart without control. */
export async function saveAssignments(directory: string, message: AssignmentsMessage): Promise<void> {
  const path = join(directory, fileName);
  await fs.writeFile(`${path}.new`, JSON.stringify(message), { mode: 0o600, flush: true });
  await fs.rename(`${path}.new`, path);
}

/**
 * The assignments that were saved last, or null when there are none.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when the file cannot be read.
 */
export async function loadAssignments(directory: string): Promise<AssignmentsMessage | null> {
  const path = join(directory, fileName);
  try {
    return JSON.parse(await fs.readFile(path, 'utf8')) as AssignmentsMessage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `cannot read ${path}; remove it, and the location gets its assignments from control again`,
      cause: error,
    });
  }
}

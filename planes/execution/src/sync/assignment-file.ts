import { join } from 'node:path';
import type { Logger } from '@beeline/core/base';
import { type AssignmentsMessage, readAssignmentsMessage } from '@beeline/core/contract';
import { openMessageFile } from '@beeline/core/service';

const format = 1;

/** The last assignments on disk, so that the location works after a restart without control. */
export interface AssignmentFile {
  load(): Promise<AssignmentsMessage | null>;
  save(message: AssignmentsMessage): Promise<unknown>;
}

/** Opens the file in a directory. */
export function openAssignmentFile(directory: string, logger: Logger): AssignmentFile {
  const file = openMessageFile({
    path: join(directory, 'assignments.json'),
    what: 'the saved assignments',
    instead: 'the location waits for control to send them again',
    logger,
    read: readAssignmentsMessage,
    // Release 0.1.0 wrote the bare message, without a format; it still reads what is written here.
    unpack: ({ format: _, ...message }, found) =>
      found === format || found === undefined ? message : undefined,
  });
  return { load: file.load, save: (message) => file.save({ format, ...message }) };
}

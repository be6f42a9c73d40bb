import type { Logger } from '@beeline/core/base';
import { type RoutesMessage, readRoutesMessage } from '@beeline/core/contract';
import { openMessageFile } from '@beeline/core/service';

const format = 1;

/** The last routes on disk, so that a gateway answers before control does. */
export interface RoutesFile {
  load(): Promise<RoutesMessage | null>;
  save(routes: RoutesMessage): Promise<unknown>;
}

export function openRoutesFile(path: string, logger: Logger): RoutesFile {
  const file = openMessageFile({
    path,
    what: 'the saved routes',
    instead: 'the gateway waits for control to send them again',
    logger,
    read: readRoutesMessage,
    unpack: ({ routes }, found) => (found === format ? routes : undefined),
  });
  return { load: file.load, save: (routes) => file.save({ format, routes }) };
}

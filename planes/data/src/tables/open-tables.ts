import type { Logger } from '@beeline/core/base';
import type { RoutesMessage } from '@beeline/core/contract';
import { createTables, type GatewayTables } from './create-tables.ts';
import { openRoutesFile } from './routes-file.ts';

/** Tables that outlive the process. */
export interface SavedTables extends GatewayTables {
  /** Puts a newer snapshot in place at once, then saves it. */
  replace(message: RoutesMessage): Promise<void>;
}

/**
 * Opens the tables with what was saved, so that a gateway answers before control does. `onRoutes` hears of every
 * message, the saved one included; it is waited for, so that control hears that routes were taken when they were.
 */
export async function openTables(
  path: string,
  logger: Logger,
  onRoutes?: (message: RoutesMessage) => void | Promise<void>,
): Promise<SavedTables> {
  const file = openRoutesFile(path, logger);
  const saved = await file.load();
  const tables = createTables(saved);
  if (saved !== null) await onRoutes?.(saved);
  return {
    get current() {
      return tables.current;
    },
    onceReplaced: tables.onceReplaced,
    async replace(message) {
      tables.put(message);
      await Promise.all([onRoutes?.(message), file.save(message)]);
    },
  };
}

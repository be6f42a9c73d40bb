import type { Logger } from '@beeline/core/base';
import type { RoutesMessage } from '@beeline/core/contract';
import { buildSnapshot, type GatewaySnapshot } from './build-snapshot.ts';
import { loadRoutes, saveRoutes } from './routes-file.ts';

export interface GatewayTables {
  /** The newest snapshot, or null while there never was one. */
  readonly current: GatewaySnapshot | null;
  /** Calls back once, when the next snapshot is in place; the returned function stops that. */
  onceReplaced(callback: () => void): () => void;
  /** Puts a newer snapshot in place at once, then saves it. */
  replace(message: RoutesMessage): Promise<void>;
}

/** Opens the tables with what was saved, so that a gateway answers before control does. */
export async function openTables(path: string, logger: Logger): Promise<GatewayTables> {
  const saved = await loadRoutes(path, logger);
  const waiting = new Set<() => void>();
  let current = saved === null ? null : buildSnapshot(saved);
  return {
    get current() {
      return current;
    },
    onceReplaced(callback) {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
    async replace(message) {
      current = buildSnapshot(message);
      const called = [...waiting];
      waiting.clear();
      for (const callback of called) callback();
      await saveRoutes(path, message);
    },
  };
}

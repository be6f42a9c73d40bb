import type { RoutesMessage } from '@beeline/core/contract';
import { buildSnapshot, type GatewaySnapshot } from './build-snapshot.ts';

/** What a gateway answers from. */
export interface GatewayTables {
  /** The newest snapshot, or null while there never was one. */
  readonly current: GatewaySnapshot | null;
  /** Calls back once, when the next snapshot is in place; the returned function stops that. */
  onceReplaced(callback: () => void): () => void;
}

/** Tables in memory. */
export interface MemoryTables extends GatewayTables {
  /** Puts a newer snapshot in place. */
  put(message: RoutesMessage): void;
}

export function createTables(first: RoutesMessage | null): MemoryTables {
  const waiting = new Set<() => void>();
  let current = first === null ? null : buildSnapshot(first);
  return {
    get current() {
      return current;
    },
    onceReplaced(callback) {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
    put(message) {
      current = buildSnapshot(message);
      const called = [...waiting];
      waiting.clear();
      for (const callback of called) callback();
    },
  };
}

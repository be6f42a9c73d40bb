import type { FeedName } from './database/tables.ts';
import type { Queries } from './open-store.ts';

/** The versions of all feeds now. */
export function loadFeedVersions(
  queries: Queries,
): Promise<readonly { readonly feed: FeedName; readonly version: number }[]> {
  return queries.selectFrom('feedVersions').selectAll().execute();
}

/** The version of a feed now. Whatever is read after it is at least as new. */
export async function loadFeedVersion(queries: Queries, feed: FeedName): Promise<number> {
  const row = await queries
    .selectFrom('feedVersions')
    .select('version')
    .where('feed', '=', feed)
    .executeTakeFirstOrThrow();
  return row.version;
}

/** Takes the next version of a feed; the row stays locked until the transaction ends. */
export async function takeFeedVersion(queries: Queries, feed: FeedName): Promise<number> {
  const row = await queries
    .updateTable('feedVersions')
    .set((expression) => ({ version: expression('version', '+', 1) }))
    .where('feed', '=', feed)
    .returning('version')
    .executeTakeFirstOrThrow();
  return row.version;
}

/** Wakes whoever waits for a feed, inside one process. */
export interface FeedSignals {
  announce(feed: FeedName, version: number): void;
  /** Calls back at each new version until the returned function is called. */
  listen(feed: FeedName, callback: (version: number) => void): () => void;
}

export function createFeedSignals(): FeedSignals {
  const known = new Map<FeedName, number>();
  const listeners = new Map<FeedName, Set<(version: number) => void>>();
  return {
    announce(feed, version) {
      if (version <= (known.get(feed) ?? 0)) return;
      known.set(feed, version);
      for (const callback of [...(listeners.get(feed) ?? [])]) callback(version);
    },
    listen(feed, callback) {
      const callbacks = listeners.get(feed) ?? new Set();
      listeners.set(feed, callbacks.add(callback));
      return () => callbacks.delete(callback);
    },
  };
}

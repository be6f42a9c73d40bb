import { type Clock, sleep } from '@beeline/core/base';
import { loadFeedVersion } from '../store/changes.ts';
import type { FeedName } from '../store/database/tables.ts';
import type { Store } from '../store/open-store.ts';

export interface Wait {
  readonly feed: FeedName;
  /** The version that the puller has. */
  readonly after: number;
  readonly waitMs: number;
  /** Aborts when the puller goes away or the process stops. */
  readonly signal: AbortSignal;
}

/**
 * The version of a feed as soon as it is another than `after`; null when it still is that one after `waitMs`. A
 * puller with a higher version comes from another database, so it gets the snapshot as well.
 */
export async function waitForVersion(store: Store, clock: Clock, wait: Wait): Promise<number | null> {
  const deadline = clock.monotonicMs() + wait.waitMs;
  for (;;) {
    // Listen before looking, so that no change falls in between.
    const changed = new AbortController();
    const stopListening = store.signals.listen(wait.feed, () => changed.abort());
    try {
      const version = await loadFeedVersion(store.queries, wait.feed);
      if (version !== wait.after) return version;
      const restMs = deadline - clock.monotonicMs();
      if (restMs <= 0 || wait.signal.aborted) return null;
      await sleep(clock, restMs, AbortSignal.any([wait.signal, changed.signal]));
    } finally {
      stopListening();
    }
  }
}

import { type Clock, type Logger, silentLogger, systemClock } from '@beeline/core/base';
import { type Loop, startLoop } from '@beeline/core/service';
import type { Kysely } from 'kysely';
import { createFeedSignals, type FeedSignals, loadFeedVersions, takeFeedVersion } from './changes.ts';
import { openPostgres } from './database/open-postgres.ts';
import type { FeedName, Tables } from './database/tables.ts';
import { type OpenDatabase, openPglite } from './embedded/open-pglite.ts';

/** What the functions of the store read and write with: the database, or a transaction in it. */
export type Queries = Kysely<Tables>;

/** A transaction that may change what feeds say. */
export interface WriteTransaction {
  readonly queries: Queries;
  /** The version at which this transaction becomes visible in the feed; the same at every call. Take them in the order routes, assignments, deployments, so that no two transactions wait for each other. */
  bump(feed: FeedName): Promise<number>;
}

/** The database of the control plane. */
export interface Store {
  readonly queries: Queries;
  /** Everything that `work` writes becomes visible and durable at once, or not at all. */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Tells of commits that changed a feed, by this process at once and by others within the polling time. */
  readonly signals: FeedSignals;
  /** Makes the space of deleted rows free for new ones, a part at each call; PostgreSQL does it by itself. */
  reclaimSpace(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How often changes of other processes are looked for; PostgreSQL only. */
  readonly pollMs?: number;
  /** An embedded database that cannot be used is moved aside, and an empty one takes its place. */
  readonly beginAnew?: boolean;
}

function startPolling(queries: Queries, signals: FeedSignals, options: StoreOptions): Loop {
  return startLoop({
    name: 'changes',
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
    pauseMs: options.pollMs ?? 200,
    async lap() {
      for (const { feed, version } of await loadFeedVersions(queries)) signals.announce(feed, version);
    },
  });
}

/**
 * Opens the control plane's database: PostgreSQL from a URL, or the embedded one in a directory of its own.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE or STORE_UNAVAILABLE with the way out.
 */
export async function openStore(
  where: string | { readonly dataDir: string },
  options: StoreOptions = {},
): Promise<Store> {
  const database: OpenDatabase =
    typeof where === 'string'
      ? await openPostgres(where, options.logger ?? silentLogger)
      : await openPglite(where.dataDir, {
          logger: options.logger ?? silentLogger,
          beginAnew: options.beginAnew ?? false,
        });
  const signals = createFeedSignals();
  const polling = typeof where === 'string' ? startPolling(database.db, signals, options) : null;

  return {
    queries: database.db,
    signals,
    reclaimSpace: () => database.reclaimSpace(),
    async write(work) {
      const bumped = new Map<FeedName, number>();
      const result = await database.db.transaction().execute((queries) =>
        work({
          queries,
          async bump(feed) {
            const version = bumped.get(feed) ?? (await takeFeedVersion(queries, feed));
            bumped.set(feed, version);
            return version;
          },
        }),
      );
      for (const [feed, version] of bumped) signals.announce(feed, version);
      return result;
    },
    async close() {
      await polling?.close();
      await database.close();
    },
  };
}

import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely';
import { describeStoreFailure } from './describe-store-failure.ts';

/** Called before a statement that writes; throws to refuse it. */
export type BeforeWrite = () => void;

const reads = new Set<string>(['SelectQueryNode', 'RawNode']);

async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw describeStoreFailure(error);
  }
}

function guardConnection(connection: DatabaseConnection, beforeWrite: BeforeWrite): DatabaseConnection {
  return {
    executeQuery: <R>(query: CompiledQuery) =>
      guarded(async () => {
        if (!reads.has(query.query.kind)) beforeWrite();
        return await connection.executeQuery<R>(query);
      }),
    streamQuery: (query, size) => connection.streamQuery(query, size),
  };
}

function guardDriver(driver: Driver, beforeWrite: BeforeWrite): Driver {
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const innerOf = (connection: DatabaseConnection) => inner.get(connection) ?? connection;
  return {
    init: () => guarded(() => driver.init()),
    async acquireConnection() {
      const connection = await guarded(() => driver.acquireConnection());
      const outer = guardConnection(connection, beforeWrite);
      inner.set(outer, connection);
      return outer;
    },
    beginTransaction: (connection, settings) =>
      guarded(() => driver.beginTransaction(innerOf(connection), settings)),
    commitTransaction: (connection) => guarded(() => driver.commitTransaction(innerOf(connection))),
    rollbackTransaction: (connection) => guarded(() => driver.rollbackTransaction(innerOf(connection))),
    releaseConnection: (connection) => driver.releaseConnection(innerOf(connection)),
    destroy: () => driver.destroy(),
  };
}

/** A dialect whose failures are told as STORE_UNAVAILABLE, with the reason, unless a statement itself is at fault. */
export function guardDialect(dialect: Dialect, beforeWrite: BeforeWrite = () => {}): Dialect {
  return {
    createDriver: () => guardDriver(dialect.createDriver(), beforeWrite),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
}

import { sql } from 'kysely';
import type { Store } from '../store/open-store.ts';

/** Forgets everything but the schema and the feed versions, so that tests can share a database. */
export async function emptyStore(store: Store): Promise<void> {
  await sql`TRUNCATE workspaces, environments, policies, deployments, revisions, api_keys, locations,
    observed_revisions, gateways, executions, log_lines, secrets`.execute(store.queries);
}

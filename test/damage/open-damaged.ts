import { join } from 'node:path';
import { openStore, type Store } from '@beeline/control';
import { asBeelineError } from '@beeline/core/base';
import type { Damage } from './damage-file.ts';
import { damageFile } from './damage-file.ts';
import { keepCopy } from './keep-copy.ts';

/*
 * Damages files of a database one after the other and opens it as the platform does. It is a process of its own,
 * because a database that is damaged may bring it down.
 */

/** One file and what happens to it; null opens the database as it is. */
export interface DatabaseCase {
  readonly file: string;
  readonly damage: Damage | null;
}

/** The rows of a table as text, or why they cannot be read. */
export type TableContent = { readonly rows: string } | { readonly refused: string };

/** What came of opening the database. */
export type DatabaseOutcome =
  | { readonly tables: Readonly<Record<string, TableContent>>; readonly written: string }
  | { readonly refused: string; readonly code: string };

const tables = [
  'apiKeys',
  'deployments',
  'documentVersions',
  'environments',
  'executions',
  'feedVersions',
  'locations',
  'logLines',
  'policies',
  'revisions',
  'secrets',
  'workspaces',
] as const;

async function readTable(store: Store, table: (typeof tables)[number]): Promise<TableContent> {
  try {
    const rows = await store.queries.selectFrom(table).selectAll().execute();
    return {
      rows: rows
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n'),
    };
  } catch (error) {
    return { refused: asBeelineError(error).message };
  }
}

/** Writes a workspace and takes it back; gives what the database says. */
async function tryToWrite(store: Store): Promise<string> {
  const values = { name: 'damaged', displayName: 'Damaged', createdAt: Date.now() };
  try {
    await store.queries.insertInto('workspaces').values(values).execute();
    await store.queries.deleteFrom('workspaces').where('name', '=', values.name).execute();
    return 'done';
  } catch (error) {
    return asBeelineError(error).message;
  }
}

async function open(dataDir: string): Promise<DatabaseOutcome> {
  try {
    const store = await openStore({ dataDir });
    const contents = [];
    for (const table of tables) contents.push([table, await readTable(store, table)] as const);
    const written = await tryToWrite(store);
    await store.close();
    return { tables: Object.fromEntries(contents), written };
  } catch (error) {
    const { code, message } = asBeelineError(error);
    return { code, refused: message };
  }
}

const [whole = '', copy = ''] = process.argv.slice(2);
process.on('message', async ({ file, damage }: DatabaseCase) => {
  keepCopy(whole, copy);
  if (damage !== null) damageFile(join(copy, file), damage);
  process.send?.(await open(copy));
});
process.on('disconnect', () => process.exit(0));

import { openStore } from '../store/open-store.ts';
import { ensureWorkspace } from '../store/workspaces.ts';

/*
 * Runs as a process of its own: writes one workspace after the other and says which ones were accepted, until it is
 * killed. Arguments: a database URL or a data directory, and the number of the first workspace.
 */
const [where = '', first = '0'] = process.argv.slice(2);
const store = await openStore(where.startsWith('postgres:') ? where : { dataDir: where });
for (let index = Number(first); ; index += 1) {
  await ensureWorkspace(store, `w${index}`, ['production'], 1);
  process.stdout.write(`${index}\n`);
}

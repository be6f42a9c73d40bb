import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../store/open-store.ts';

/** A store on an embedded database in a directory of its own, which goes when the store closes. */
export async function openTestStore(): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'beeline-store-'));
  const store = await openStore({ dataDir: directory });
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

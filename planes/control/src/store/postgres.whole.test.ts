import { waitFor } from '@beeline/core/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsSuite } from '../testing/secrets-suite.ts';
import { findPostgres, startTestPostgres, type TestPostgres } from '../testing/start-test-postgres.ts';
import { storeSuite } from '../testing/store-suite.ts';
import { writeUntilKilled } from '../testing/write-until-killed.ts';
import { openStore } from './open-store.ts';
import { listWorkspaces } from './workspaces.ts';

const bin = findPostgres();

if (bin === null) {
  const reason = 'needs the Debian package postgresql: apt-get install postgresql';
  if (process.env.CI === 'true') throw new Error(`the PostgreSQL suite ${reason}`);
  console.warn(`SKIPPED: the PostgreSQL suite ${reason}`);
}

describe.skipIf(bin === null)('PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres(bin ?? '');
  });
  afterAll(() => postgres.close());

  storeSuite('PostgreSQL', async () => openStore(await postgres.newDatabase()));
  secretsSuite('PostgreSQL', async () => openStore(await postgres.newDatabase()));

  it('has every write that was accepted before kill -9 of the writer and of the server', async () => {
    const url = await postgres.newDatabase();
    let next = 0;
    for (const writes of [1, 7, 30, 13]) {
      next = (await writeUntilKilled(url, next, writes)) + 1;
      await postgres.crash();
      const store = await openStore(url);
      const names = new Set((await listWorkspaces(store.queries)).map((row) => row.name));
      await store.close();
      const missing = Array.from({ length: next }, (_, index) => `w${index}`).filter(
        (name) => !names.has(name),
      );
      expect(missing).toEqual([]);
    }
  });

  it('tells one control process of what another one wrote', async () => {
    const url = await postgres.newDatabase();
    const [writer, listener] = await Promise.all([openStore(url), openStore(url, { pollMs: 10 })]);
    const heard: number[] = [];
    listener.signals.listen('routes', (version) => heard.push(version));
    const version = await writer.write((tx) => tx.bump('routes'));
    await waitFor('the news', () => heard.includes(version));
    await Promise.all([writer.close(), listener.close()]);
  });

  it('of a newer version is refused', async () => {
    const url = await postgres.newDatabase();
    const store = await openStore(url);
    await sql`INSERT INTO schema_migrations (number, name) VALUES (9999, 'future')`.execute(store.queries);
    await store.close();
    await expect(openStore(url)).rejects.toThrow(/upgrade Beeline/);
  });

  it('that does not answer is told with the way out', async () => {
    await expect(openStore('postgres://beeline@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/check BL_DATABASE_URL/),
    });
  });
});

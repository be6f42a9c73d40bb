import { waitFor } from '@beeline/core/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsSuite } from '../testing/secrets-suite.ts';
import { findPostgres, startTestPostgres, type TestPostgres } from '../testing/start-test-postgres.ts';
import { storeSuite } from '../testing/store-suite.ts';
import { writeUntilKilled } from '../testing/write-until-killed.ts';
import { openStore, type Store } from './open-store.ts';
import { ensureWorkspace, listWorkspaces } from './workspaces.ts';

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

  const answers = (store: Store) => listWorkspaces(store.queries).then(() => true);
  const makeWorkspace = (store: Store, name: string) => ensureWorkspace(store, name, [], 1);

  it('that is gone is told as STORE_UNAVAILABLE, and used again when it is back', async () => {
    const store = await openStore(await postgres.newDatabase());
    try {
      await makeWorkspace(store, 'before');
      await postgres.stop();
      for (const attempt of [() => answers(store), () => makeWorkspace(store, 'during')]) {
        // Connections that were open are told of the end; new ones are refused.
        for (let time = 0; time < 3; time += 1) {
          await expect(attempt()).rejects.toMatchObject({
            code: 'STORE_UNAVAILABLE',
            message: expect.stringMatching(/check the server|try again when it is up/),
            retryAfterMs: expect.any(Number),
          });
        }
      }
    } finally {
      await postgres.start();
    }
    await makeWorkspace(store, 'after');
    expect((await listWorkspaces(store.queries)).map(({ name }) => name)).toEqual(['after', 'before']);
    await store.close();
  }, 120_000);

  it('without a free connection is told as STORE_UNAVAILABLE, and used again when there is one', async () => {
    const url = await postgres.newDatabase();
    const store = await openStore(url);
    const taken: Client[] = [];
    const all = Array.from({ length: 8 }, (_, index) => index);
    const refused = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('max_connections') };
    try {
      for (;;) {
        const client = new Client({ connectionString: url });
        client.on('error', () => {});
        if (
          !(await client.connect().then(
            () => true,
            () => false,
          ))
        )
          break;
        taken.push(client);
      }
      expect(taken.length).toBeGreaterThan(10);
      await expect(openStore(url)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(/(clients|connection).*check BL_DATABASE_URL and the server/),
      });
      // The connection that the store has goes on; those that it would need more are refused.
      const outcomes = await Promise.allSettled(all.map(() => answers(store)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refused);
      }
    } finally {
      await Promise.all(taken.map((client) => client.end()));
    }
    await waitFor('free connections', async () =>
      (await Promise.all(all.map(() => answers(store)))).every(Boolean),
    );
    await store.close();
  }, 120_000);

  it('that does not answer is told with the way out', async () => {
    await expect(openStore('postgres://beeline@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/check BL_DATABASE_URL/),
    });
  });
});

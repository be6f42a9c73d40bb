import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentRow } from '../testing/deployment-pictures.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { secretsSuite } from '../testing/secrets-suite.ts';
import { storeSuite } from '../testing/store-suite.ts';
import { writeUntilKilled } from '../testing/write-until-killed.ts';
import { checkDocumentVersions } from './documents/check-document-versions.ts';
import { insertDeployment, listDueDeployments } from './models.ts';
import { openStore } from './open-store.ts';
import { ensureWorkspace, listWorkspaces } from './workspaces.ts';

storeSuite('PGlite', openTestStore);
secretsSuite('PGlite', openTestStore);

describe('a data directory', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'beeline-data-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('has every write that was accepted before kill -9', { timeout: 120_000 }, async () => {
    let next = 0;
    for (const writes of [1, 7, 30, 13]) {
      next = (await writeUntilKilled(dataDir, next, writes)) + 1;
      const store = await openStore({ dataDir });
      const names = new Set((await listWorkspaces(store.queries)).map((row) => row.name));
      await store.close();
      const missing = Array.from({ length: next }, (_, index) => `w${index}`).filter(
        (name) => !names.has(name),
      );
      expect(missing).toEqual([]);
    }
  });

  it('of which a table was written anew is closed, and opened again', { timeout: 120_000 }, async () => {
    const store = await openStore({ dataDir });
    await sql`TRUNCATE workspaces CASCADE`.execute(store.queries);
    await ensureWorkspace(store, 'mine', [], 1);
    await store.close();
    const again = await openStore({ dataDir });
    expect((await listWorkspaces(again.queries)).map(({ name }) => name)).toEqual(['mine']);
    await again.close();
  });

  it('whose first start was cut short begins anew', async () => {
    mkdirSync(join(dataDir, 'database.new'));
    writeFileSync(join(dataDir, 'database.new', 'PG_VERSION'), '17');
    const store = await openStore({ dataDir });
    expect(await listWorkspaces(store.queries)).toEqual([]);
    await store.close();
  });

  it('of a newer version is refused', async () => {
    const store = await openStore({ dataDir });
    await sql`INSERT INTO schema_migrations (number, name) VALUES (9999, 'future')`.execute(store.queries);
    await store.close();
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/newer Beeline \(schema 9999, .*upgrade Beeline/),
    });
  });

  it('with documents of a newer version is refused, whatever its schema', async () => {
    const store = await openStore({ dataDir });
    const own = await store.queries.selectFrom('documentVersions').selectAll().execute();
    expect(own.map(({ kind }) => kind)).toContain('revisionTemplate');
    await store.queries
      .updateTable('documentVersions')
      .set({ version: 99 })
      .where('kind', '=', 'modelSpec')
      .execute();
    await store.close();
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/newer Beeline \(its documents of modelSpec .*upgrade Beeline/),
    });
  });

  it('whose documents were upgraded has every deployment looked at again, once', async () => {
    const store = await openStore({ dataDir });
    await ensureWorkspace(store, 'default', ['production'], 1);
    const { dueAt: _, ...settled } = deploymentRow();
    const wish = { ...settled, model: 'sentiment' };
    await insertDeployment(store.queries, wish, { id: 'dep_1', who: 'key_1', nowMs: 1, originByOwner: true });
    const due = () => listDueDeployments(store.queries, Date.now());
    const settle = () => store.queries.updateTable('deployments').set({ dueAt: null }).execute();
    await settle();
    const own = await store.queries.selectFrom('documentVersions').selectAll().execute();
    const next = Object.fromEntries(own.map(({ kind, version }) => [kind, version + 1]));
    await checkDocumentVersions(store.queries, next);
    expect(await due()).toEqual(['dep_1']);
    await settle();
    await checkDocumentVersions(store.queries, next);
    expect(await due()).toEqual([]);
    await store.close();
  });

  it('is held by one process at a time, and freed by its death', async () => {
    const store = await openStore({ dataDir });
    await expect(openStore({ dataDir })).rejects.toThrow(`is held by process ${process.pid}`);
    await store.close();
    const holder = spawn(process.execPath, ['-e', '']);
    await once(holder, 'exit');
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: holder.pid, startTicks: null }));
    await (await openStore({ dataDir })).close();
    // A process that took over the number of the dead one does not hold the lock.
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: process.pid, startTicks: '1' }));
    await (await openStore({ dataDir })).close();
  });

  it('that cannot be made is refused with the way out', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    await expect(openStore({ dataDir: join(file, 'data') })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/choose another one/),
    });
  });
});

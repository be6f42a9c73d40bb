import { waitFor } from '@beeline/core/testing';
import type { Instance } from '@beeline/drivers/interface';
import { afterEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { adoptedReplica, adoptReplicas } from './adopt-replicas.ts';

let fixture: RevisionFixture;
afterEach(() => fixture.close());

const created = {
  modelDirectory: '/m',
  command: () => ({ argv: [], env: {} }),
  ready: { path: '/', timeoutMs: 1 },
};

/** Has the location find these instances; gives how many it took over. */
const take = (instances: readonly Instance[]) => {
  const { context, driver, table } = fixture;
  return adoptReplicas(context, table, { ...driver, reconcile: async () => instances });
};

/** A location whose last saved use is an hour old, and that finds this instance. */
async function adopt(labels: (nowMs: number) => Instance['labels'], usedBefore: number | null = 3_600_000) {
  const atWall = (nowMs: number) => (usedBefore === null ? null : nowMs - usedBefore);
  fixture = await openRevisionFixture({
    recalled: ({ now, monotonicMs }) => ({
      ...{ startMs: null, serviceMs: null, demand: null, memory: null },
      ...{ lastUseAt: atWall(monotonicMs()), lastUseOnWall: atWall(now()) },
    }),
  });
  const { clock } = fixture;
  const endpoint = { socketPath: '/run/old.sock' };
  const instance: Instance = {
    ...{ id: 'old', state: 'ready', endpoint },
    labels: {
      revision: 'rev1',
      hardConcurrency: '3',
      readyPath: '/ping',
      graceMs: '700',
      ...labels(clock.now()),
    },
  };
  await take([instance]);
  await clock.advance(1_000);
  fixture.look();
  return fixture.revision.replicas.get('old');
}

test('a replica that was started after the last use that was saved is kept as one that was just used', async () => {
  const replica = await adopt((now) => ({ startedAt: String(now - 2_000) }));
  expect(replica).toMatchObject({ state: 'ready', hardConcurrency: 3, readyPath: '/ping', graceMs: 700 });
  await fixture.clock.advance(58_000);
  fixture.look();
  expect(replica?.state).toBe('ready');
  await fixture.clock.advance(3_000);
  fixture.look();
  expect(replica?.state).toMatch(/draining|gone/);
  expect(fixture.said.join('\n')).not.toContain('never served');
});

test('a replica that has been idle since before what was saved is not kept for longer', async () => {
  const replica = await adopt((now) => ({ startedAt: String(now - 7_200_000) }));
  expect(replica?.state).toMatch(/draining|gone/);
});

test('a replica of an earlier release, whose start is not known, is idle for as long as the saved use says', async () => {
  expect((await adopt(() => ({})))?.state).toMatch(/draining|gone/);
});

test('a replica of a revision of which nothing was saved is kept as one that was just used', async () => {
  expect((await adopt(() => ({}), null))?.state).toBe('ready');
});

test('what is found and nobody is assigned is ended', async () => {
  expect(await adopt(() => ({ revision: 'another' }))).toBeUndefined();
});

test('a replica that is taken over serves at once, counts as used, and says so in its log', async () => {
  const replica = await adopt((now) => ({ startedAt: String(now - 2_000), artifact: 'sha256:7' }));
  expect(replica).toMatchObject({
    target: { socketPath: '/run/old.sock' },
    served: 1,
    readyAt: 0,
    answeredAt: 0,
  });
  expect(fixture.said).toContain('taken over after a restart of the location');
  expect(fixture.revision).toMatchObject({ artifactDigest: 'sha256:7', lastReadyAt: 0 });
  expect(await fixture.served(fixture.ask())).toBe('old');
});

test('a digest that control sent is not replaced by an old label', async () => {
  fixture = await openRevisionFixture();
  fixture.assign({}, { artifactDigest: 'sha256:control' });
  const labels = { revision: 'rev1', artifact: 'sha256:7' };
  expect(await take([{ id: 'old', state: 'ready', endpoint: { socketPath: '/run/o' }, labels }])).toBe(1);
  expect(fixture.revision.artifactDigest).toBe('sha256:control');
});

test('a replica that is there proves its revision', async () => {
  fixture = await openRevisionFixture();
  fixture.assign({}, { revision: 'rev2', proof: 'needed' });
  const revision = fixture.table.revisions.get('rev2');
  expect(revision?.proof).toBe('pending');
  const labels = { revision: 'rev2' };
  await take([{ id: 'old', state: 'ready', endpoint: { socketPath: '/run/o' }, labels }]);
  expect(revision?.proof).toBe('proved');
});

test('an instance that serves nowhere is ended', async () => {
  fixture = await openRevisionFixture();
  const labels = { revision: 'rev1' };
  await fixture.driver.create({ ...created, id: 'silent', labels });
  const taken = take([{ id: 'silent', state: 'starting', endpoint: null, labels }]);
  await waitFor('its end', () => fixture.driver.stopped[0] === 'silent');
  fixture.driver.finishStops();
  expect(await taken).toBe(0);
  expect(fixture.driver.list()).toEqual([]);
});

test('what an instance of an earlier release does not say is what was so then', () => {
  const endpoint = { socketPath: '/run/o' };
  const replica = adoptedReplica({ id: 'old', state: 'ready', endpoint, labels: {} }, 9);
  expect(replica).toMatchObject({ hardConcurrency: 1, graceMs: 0, readyPath: '/health', readyAt: 9 });
});

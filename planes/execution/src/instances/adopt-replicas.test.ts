import type { Instance } from '@beeline/drivers/interface';
import { afterEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { adoptReplicas } from './adopt-replicas.ts';

let fixture: RevisionFixture;
afterEach(() => fixture.close());

/** A location whose last saved use is an hour old, and that finds this instance. */
async function adopt(labels: (nowMs: number) => Instance['labels'], usedBefore: number | null = 3_600_000) {
  const atWall = (nowMs: number) => (usedBefore === null ? null : nowMs - usedBefore);
  fixture = await openRevisionFixture({
    recalled: ({ now, monotonicMs }) => ({
      ...{ startMs: null, serviceMs: null, demand: null, memory: null },
      ...{ lastUseAt: atWall(monotonicMs()), lastUseOnWall: atWall(now()) },
    }),
  });
  const { clock, context, driver, table } = fixture;
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
  await adoptReplicas(context, table, { ...driver, reconcile: async () => [instance] });
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

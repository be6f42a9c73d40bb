import { decideReplicas } from '@beeline/core/scaling';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildAssignment, type LocationFixture, openLocationFixture } from '../testing/location-fixture.ts';

let fixture: LocationFixture;
beforeEach(async () => {
  fixture = await openLocationFixture({ replicaLimit: 2 });
});
afterEach(() => fixture.close());

const readyOf = (revision: string) =>
  fixture.location.observe().revisions.find((one) => one.revision === revision)?.replicas.ready;

test('a location with a limit shares it, and gives all to one when the other leaves', async () => {
  const path = await fixture.writeModel('m');
  const greedy = (revision: string) => buildAssignment(path, { revision }, { minReplicas: 4 });
  fixture.feeds.assign([greedy('rev1')]);
  await waitFor('both for the only one', () => readyOf('rev1') === 2);
  fixture.feeds.assign([greedy('rev1'), greedy('rev2')]);
  await waitFor('one for each', () => readyOf('rev1') === 1 && readyOf('rev2') === 1);
  fixture.feeds.assign([greedy('rev2')]);
  await waitFor('both for the other', () => readyOf('rev2') === 2);
});

test('every decision can be made again from what was kept of it', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'), {}, { retentionMs: 100 })]);
  await waitFor('the assignment', () => readyOf('rev1') !== undefined);
  await fixture.ask('rev1');
  const decisions = await waitFor('up and down', () => {
    const all = fixture.location.decisions();
    return all.at(-1)?.granted === 0 ? all : undefined;
  });
  expect(decisions.map(({ granted }) => granted)).toEqual([1, 0]);
  for (const { picture, wanted, reasons } of decisions) {
    expect(decideReplicas(JSON.parse(JSON.stringify(picture)))).toMatchObject({ desired: wanted, reasons });
  }
});

test('a location that is restarted while it serves goes on from the demand that it knew', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'))]);
  await waitFor('the assignment', () => readyOf('rev1') !== undefined);
  for (let count = 0; count < 20; count += 1) await fixture.ask('rev1');
  await fixture.location.close({ keepReplicas: true });
  await fixture.restart();
  const first = await waitFor('a decision', () => fixture.location.decisions()[0]);
  expect(first.granted).toBe(1);
  expect(first.reasons.join()).not.toContain('panic');
  expect(first.picture.memory).not.toBeNull();
  expect(first.picture.demand.stablePerSecond).toBeGreaterThan(0);
  expect(first.picture.demand.serviceMs).toBeGreaterThan(0);
});

test('what was learned of a revision is known after a restart', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { loadMs: 150 }))]);
  await waitFor('the assignment', () => readyOf('rev1') !== undefined);
  await fixture.ask('rev1');
  await fixture.location.close();
  await fixture.restart();
  await fixture.ask('rev1');
  const startMs = fixture.location.decisions()[0]?.picture.learned.startMs;
  expect(startMs).toBeGreaterThanOrEqual(150);
});

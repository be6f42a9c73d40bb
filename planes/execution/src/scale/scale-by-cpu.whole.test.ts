import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildAssignment, type LocationFixture, openLocationFixture } from '../testing/location-fixture.ts';

let fixture: LocationFixture;
beforeEach(async () => {
  fixture = await openLocationFixture();
});
afterEach(() => fixture.close());

const ready = () => fixture.location.observe().revisions[0]?.replicas.ready;

test('requests that burn a processor scale from one replica to two, and their end scales back', async () => {
  const path = await fixture.writeModel('m', { burnMs: 100 });
  // Far below what one thread can use: a busy machine may not give it a whole processor.
  const scaling = {
    metric: 'cpu',
    target: 20,
    stableWindowMs: 3_000,
    minReplicas: 1,
    maxReplicas: 2,
  } as const;
  fixture.feeds.assign([buildAssignment(path, {}, scaling)]);
  await waitFor('one replica', () => ready() === 1);
  expect(fixture.location.decisions()).toHaveLength(1);
  // One after the other: by requests at once, one replica would do.
  await waitFor(
    'two replicas',
    async () => {
      await fixture.ask('rev1');
      return ready() === 2;
    },
    30_000,
  );
  const grown = fixture.location.decisions().at(-1);
  expect(grown?.wanted).toBe(2);
  expect(grown?.reasons[0]).toMatch(/^cpu \d+ % of a processor over the (stable|panic) window, target 20: /);
  await waitFor('one replica again', () => ready() === 1, 30_000);
  expect(fixture.location.decisions().at(-1)).toMatchObject({ granted: 1 });
}, 90_000);

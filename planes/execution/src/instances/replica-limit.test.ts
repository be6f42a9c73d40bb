import { waitFor } from '@beeline/core/testing';
import { afterEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
afterEach(() => fixture.close());

const states = () => [...fixture.revision.replicas.values()].map(({ state }) => state);

test('a location starts no more replicas than its limit, and says so', async () => {
  fixture = await openRevisionFixture({ config: { replicaLimit: 2 } });
  fixture.assign({ minReplicas: 4 });
  await waitFor('two ready replicas', () => states().filter((state) => state === 'ready').length === 2);
  for (let look = 0; look < 5; look += 1) {
    await fixture.clock.advance(500);
    fixture.look();
  }
  expect(states()).toEqual(['ready', 'ready']);
  expect(fixture.revision).toMatchObject({ wanted: 4, desired: 2 });
  expect(fixture.revision.scaling?.reason).toBe("2: the location's limit of 2 is shared");
});

test('without a limit all that are wanted are started', async () => {
  fixture = await openRevisionFixture();
  fixture.assign({ minReplicas: 4 });
  await waitFor('four ready replicas', () => states().filter((state) => state === 'ready').length === 4);
  expect(fixture.revision.scaling?.reason).not.toContain('limit');
});

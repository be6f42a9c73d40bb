import { BeelineError } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { afterEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
let starts: number;
afterEach(() => fixture.close());

/** A location on which every start fails with this code, until `works`. */
async function open(code: 'LOAD_FAILED' | 'INTERNAL_ERROR' = 'LOAD_FAILED', works = () => false) {
  fixture = await openRevisionFixture({ config: { startBackoffMax: 4_000 } });
  starts = 0;
  const { start } = fixture.driver;
  fixture.driver.start = (id) => {
    starts += 1;
    if (works()) return start(id);
    throw new BeelineError(code, { message: 'it broke' });
  };
}

const isOver = (revision = fixture.revision) => {
  fixture.driver.finishStops();
  return revision.replicas.size === 0;
};
const settled = (count: number) => waitFor(`the end of start ${count}`, () => starts === count && isOver());
const assign = (changes: Partial<RevisionAssignment> = {}) => fixture.assign({ minReplicas: 1 }, changes);
/** How long the next start is put off, in milliseconds. */
const pauseMs = () => fixture.revision.retryAt - fixture.clock.monotonicMs();

test('between failed starts there is a pause, which grows with each up to its limit', async () => {
  await open();
  assign();
  for (const [index, fullMs] of [500, 1_000, 2_000, 4_000, 4_000].entries()) {
    await settled(index + 1);
    const pause = pauseMs();
    expect(pause).toBeGreaterThanOrEqual(fullMs / 2);
    expect(pause).toBeLessThanOrEqual(fullMs);
    await fixture.clock.advance(pause - 1);
    fixture.look();
    expect(starts).toBe(index + 1);
    await fixture.clock.advance(1);
  }
  await settled(6);
});

test('who waits for a start that fails is told why, and who comes in the pause too, with the time of the next', async () => {
  await open();
  const waiting = fixture.ask();
  await waitFor('the refusal', () => waiting.refusal);
  expect(waiting.refusal).toMatchObject({
    code: 'REPLICA_FAILED_TO_START',
    message: 'the model server did not start: it broke',
  });
  await settled(1);
  const { pool } = fixture.revision;
  const signal = new AbortController().signal;
  const ask = () => pool.acquire({ revision: 'rev1', executionId: 'exe_2', signal });
  expect(ask).toThrow(expect.objectContaining({ code: 'REPLICA_FAILED_TO_START', retryAfterMs: 1_000 }));
  await fixture.clock.advance(pauseMs());
  fixture.ask();
  await settled(2);
});

test('after a start that worked for long enough failures count from anew', async () => {
  await open('LOAD_FAILED', () => starts > 2);
  assign();
  await settled(1);
  await fixture.clock.advance(pauseMs());
  await settled(2);
  await fixture.clock.advance(pauseMs());
  const replica = await waitFor('the replica', () => [...fixture.revision.replicas.values()][0]);
  await waitFor('it to be ready', () => replica.state === 'ready');
  expect(fixture.revision).toMatchObject({ failures: 2, failure: null });
  await fixture.clock.advance(9_999);
  expect(fixture.revision.failures).toBe(2);
  await fixture.clock.advance(1);
  expect(fixture.revision.failures).toBe(0);
});

test.each([
  ['that is the model’s, at once', 'LOAD_FAILED', 1],
  ['that looks like ours, after three', 'INTERNAL_ERROR', 3],
] as const)('a proof is given up for a failure %s', async (_what, code, attempts) => {
  await open(code);
  fixture.assign({}, { revision: 'rev2', proof: 'needed' });
  const proving = () => fixture.table.revisions.get('rev2');
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await waitFor(`failure ${attempt}`, () => proving()?.failures === attempt);
    expect(proving()?.proof).toBe(attempt === attempts ? 'failed' : 'pending');
    await waitFor('its end', () => isOver(proving()));
    await fixture.clock.advance(4_000);
  }
  expect(starts).toBe(attempts);
  expect(proving()?.failure).toMatchObject({ code, message: 'it broke' });
});

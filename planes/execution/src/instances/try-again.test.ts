import { BeelineError } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
let starts: number;
let works: boolean;
beforeEach(async () => {
  fixture = await openRevisionFixture();
  starts = 0;
  works = false;
  const { start } = fixture.driver;
  fixture.driver.start = (id) => {
    starts += 1;
    if (works) return start(id);
    throw new BeelineError('READINESS_TIMEOUT', { message: 'it was not ready in time' });
  };
});
afterEach(() => fixture.close());

const revision = () => fixture.table.revisions.get('rev2');
const assign = (attempt?: number) =>
  fixture.assign({}, { revision: 'rev2', proof: 'needed', ...(attempt === undefined ? {} : { attempt }) });
const settles = (proof: string) => waitFor(`proof ${proof}`, () => revision()?.proof === proof);

test('a proof that failed is given again for a new attempt, once for each', async () => {
  assign();
  await settles('failed');
  assign();
  await fixture.clock.advance(60_000);
  expect([revision()?.proof, starts]).toEqual(['failed', 1]);
  assign(1);
  expect(revision()).toMatchObject({ proof: 'pending', failure: null, failures: 0 });
  await settles('failed');
  expect(starts).toBe(2);
  works = true;
  assign(2);
  await settles('proved');
});

test('a proof that failed is given again when the revision was taken away meanwhile', async () => {
  assign();
  await settles('failed');
  works = true;
  fixture.assign();
  assign();
  await settles('proved');
});

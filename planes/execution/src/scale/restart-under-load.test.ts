import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { decideReplicas, type ScaleMemory, type ScalePicture } from '@beeline/core/scaling';
import { createFakeClock } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildScalePicture } from '../instances/reconcile-revision.ts';
import { openRevisionFixture } from '../testing/revision-fixture.ts';
import { openScaleFile } from './scale-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-restart-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A minute of requests, twenty a second, of a quarter of a second each; what scaling then saved and wanted. */
async function serveForAMinute(): Promise<{ readonly savedAt: number; readonly wanted: number }> {
  const fixture = await openRevisionFixture();
  const { clock, revision } = fixture;
  Object.assign(revision, { startMs: 5_000 });
  let wanted = 0;
  for (let second = 0; second < 60; second += 1) {
    for (let index = 0; index < 20; index += 1) {
      revision.demand.arrived(clock.monotonicMs());
      revision.demand.ended(clock.monotonicMs(), 250);
    }
    await clock.advance(1_000);
    fixture.look();
    wanted = revision.wanted;
  }
  await (await openScaleFile(directory, clock, silentLogger)).save([revision]);
  const savedAt = clock.now();
  await fixture.close();
  return { savedAt, wanted };
}

/** What is decided twice a second after a restart with so many replicas, while so many requests come. */
async function decideAfter(savedAt: number, awayMs: number, from: number, perSecond: number, looks = 10) {
  const clock = createFakeClock(savedAt + awayMs);
  const recalled = (await openScaleFile(directory, clock, silentLogger)).recall('rev1');
  const fixture = await openRevisionFixture({ recalled: () => recalled });
  const desired: number[] = [];
  let memory: ScaleMemory | null = recalled.memory;
  let live = from;
  for (let look = 0; look < looks; look += 1) {
    const nowMs = look * 500;
    for (let index = 0; index < perSecond / 2; index += 1) {
      fixture.revision.demand.arrived(nowMs);
      fixture.revision.demand.ended(nowMs, 250);
    }
    const picture: ScalePicture = {
      ...buildScalePicture(fixture.revision, nowMs, 0),
      replicas: { live, ready: live, startingForMs: null },
      memory,
    };
    const plan = decideReplicas(picture);
    memory = plan.memory;
    desired.push(plan.desired);
    live = plan.desired;
    expect(plan.reasons.join()).not.toContain('panic');
  }
  await fixture.close();
  return desired;
}

test.each([0, 5_000, 20_000, 40_000])(
  'a location that was away for %i ms wants what it wanted before: no fewer, no panic',
  async (awayMs) => {
    const { savedAt, wanted } = await serveForAMinute();
    expect(wanted).toBeGreaterThan(2);
    const desired = await decideAfter(savedAt, awayMs, wanted, 20);
    expect(Math.min(...desired)).toBe(wanted);
    expect(Math.max(...desired)).toBeLessThanOrEqual(wanted + 1);
  },
);

test('one to which nobody returns lets go of all in its time', async () => {
  const { savedAt, wanted } = await serveForAMinute();
  const desired = await decideAfter(savedAt, 5_000, wanted, 0, 140);
  expect(desired[0]).toBe(wanted);
  expect(desired.at(-1)).toBe(0);
});

import { silentLogger } from '@beeline/core/base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildScalePicture } from '../instances/reconcile-revision.ts';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { sampleRevisionUsage } from './sample-revision-usage.ts';

let fixture: RevisionFixture;
let asked: string[];
beforeEach(async () => {
  fixture = await openRevisionFixture();
  asked = [];
});
afterEach(() => fixture.close());

/** One second later. Every replica uses 512 MiB. */
async function sample(): Promise<void> {
  const { clock, driver, revision } = fixture;
  const stats = async (id: string) => {
    asked.push(id);
    return { memoryBytes: 536_870_912, cpuMs: 0, processes: 1 };
  };
  await clock.advance(1_000);
  await sampleRevisionUsage(
    { clock, logger: silentLogger, launch: { drivers: { process: { ...driver, stats } } } },
    revision,
  );
}
const usage = () => buildScalePicture(fixture.revision, fixture.clock.monotonicMs(), 0).usage;

test('nobody is asked while the revision scales by requests', async () => {
  await fixture.served(fixture.ask());
  await sample();
  expect(asked).toEqual([]);
  expect(usage()).toBeNull();
});

test('its ready replicas are asked when it scales by what they use', async () => {
  fixture.assign({ metric: 'memory', target: 1_024 });
  await sample();
  expect(asked).toEqual([]);
  const replica = await fixture.served(fixture.ask());
  await sample();
  expect(asked).toEqual([replica]);
  expect(usage()).toEqual({ stable: 256, panic: 256 });
});

test('a metric that is changed is measured anew', async () => {
  fixture.assign({ metric: 'memory', target: 1_024 });
  await fixture.served(fixture.ask());
  await sample();
  fixture.assign({ metric: 'cpu', target: 70 });
  expect(usage()).toBeNull();
  await sample();
  await sample();
  expect(usage()).toEqual({ stable: 0, panic: 0 });
  fixture.assign();
  await sample();
  expect(asked).toHaveLength(3);
  expect(fixture.revision.usage).toBeNull();
});

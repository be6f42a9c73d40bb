import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@beeline/core/base';
import type { AssignmentsMessage, LogLineMessage, ObservedMessage } from '@beeline/core/contract';
import { createFakeClock, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeFeeds, type FakeFeeds } from '../testing/fake-feeds.ts';
import { buildAssignment } from '../testing/location-fixture.ts';
import { openAssignmentFile } from './assignment-file.ts';
import { startPullingAssignments } from './pull-assignments.ts';
import { startPushingLogs } from './push-logs.ts';
import { startReportingObserved } from './report-observed.ts';

let directory: string;
let feeds: FakeFeeds;
let clock: ReturnType<typeof createFakeClock>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-sync-'));
  feeds = createFakeFeeds('here');
  clock = createFakeClock();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const common = () => ({ feeds, clock, logger: silentLogger });
const line = (message: string): LogLineMessage => ({
  at: 1,
  workspace: 'default',
  model: 'm',
  environment: 'production',
  revision: 'rev1',
  replica: 'a',
  source: 'stdout',
  message,
});

test('assignments are applied as they come, and saved for the next start', async () => {
  const applied: number[] = [];
  const file = openAssignmentFile(directory, silentLogger);
  await file.load();
  const loop = startPullingAssignments({
    ...common(),
    file,
    sealFor: 'key',
    apply: ({ revisions }) => applied.push(revisions.length),
  });
  await waitFor('the first picture', () => applied.length === 1);
  feeds.assign([buildAssignment('/models/m')]);
  await clock.advance(1);
  const saved = await waitFor('the file', async () => {
    await clock.advance(1);
    const message = await file.load();
    return message?.version === 2 ? message : null;
  });
  expect(applied).toEqual([0, 1]);
  expect(saved.revisions[0]?.template.origin.path).toBe('/models/m');
  await loop.close();
});

const savedAs = async (document: unknown) => {
  await writeFile(join(directory, 'assignments.json'), JSON.stringify(document));
  const told: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_fields, text) => told.push(text) };
  return { saved: await openAssignmentFile(directory, logger).load(), told };
};
const message: AssignmentsMessage = {
  version: 3,
  location: 'here',
  revisions: [buildAssignment('/models/m')],
};

test('assignments are read as release 0.1.0 saved them, and as they are saved now', async () => {
  expect(await savedAs(message)).toEqual({ saved: message, told: [] });
  expect(await savedAs({ format: 1, ...message })).toEqual({ saved: message, told: [] });
});

test.each([
  ['of a format that is not known', { format: 2, ...message }],
  ['of another form', { format: 1, revisions: {} }],
  ['null', null],
])('saved assignments that are %s are none, which is told in one line', async (_what, document) => {
  expect(await savedAs(document)).toEqual({
    saved: null,
    told: [expect.stringMatching(/^the saved assignments cannot be read: the location waits/)],
  });
});

test('of saved assignments one that cannot be read is told, and the others are served', async () => {
  const [one] = message.revisions;
  expect(await savedAs({ format: 1, ...message, revisions: [one, { ...one, template: null }] })).toEqual({
    saved: message,
    told: [expect.stringMatching(/^a part of the saved assignments cannot be read/)],
  });
});

test('several changes are one report, time brings another, and the end a last one', async () => {
  const message: ObservedMessage = {
    location: 'here',
    assignmentsVersion: 1,
    flavors: [],
    generations: [],
    revisions: [],
  };
  const reporter = startReportingObserved({ ...common(), build: () => message });
  await clock.advance(0);
  expect(feeds.observed).toHaveLength(1);
  reporter.changed();
  reporter.changed();
  await clock.advance(100);
  expect(feeds.observed).toHaveLength(2);
  await clock.advance(5_000);
  expect(feeds.observed).toHaveLength(3);
  await reporter.close();
  expect(feeds.observed).toHaveLength(4);
});

test('log lines arrive in order and once, also when control was away meanwhile', async () => {
  const pusher = startPushingLogs({ ...common(), location: 'here' });
  feeds.setDown(true);
  const texts = Array.from({ length: 1_200 }, (_, index) => `line ${index}`);
  for (const text of texts) pusher.add(line(text));
  await clock.advance(1_000);
  expect(feeds.logs).toEqual([]);
  feeds.setDown(false);
  await clock.advance(20_000);
  expect(feeds.logs.map(({ message }) => message)).toEqual(texts);
  await pusher.close();
  expect(feeds.logs).toHaveLength(1_200);
});

test('lines that control does not take for too long are dropped, the oldest first', async () => {
  const pusher = startPushingLogs({ ...common(), location: 'here' });
  feeds.setDown(true);
  for (let index = 0; index < 10_050; index += 1) pusher.add(line(`line ${index}`));
  feeds.setDown(false);
  await pusher.close();
  expect(feeds.logs).toHaveLength(10_000);
  expect(feeds.logs[0]?.message).toBe('line 50');
});

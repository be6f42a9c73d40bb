import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@beeline/core/base';
import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { openScaleFile } from './scale-file.ts';
import { nothingRecalled } from './scale-state.ts';

let directory: string;
let fixture: RevisionFixture;
let clock: FakeClock;
let warnings: string[];
let logger: Logger;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-scale-'));
  fixture = await openRevisionFixture();
  clock = fixture.clock;
  warnings = [];
  logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) };
});
afterEach(async () => {
  await fixture.close();
  await rm(directory, { recursive: true, force: true });
});

const open = (at = clock) => openScaleFile(directory, at, logger);
const path = () => join(directory, 'scale.json');
const day = 86_400_000;

test('what was measured is there after a restart', async () => {
  Object.assign(fixture.revision, { startMs: 1_234, serviceMs: 7 });
  const file = await open();
  expect(file.recall('rev1')).toEqual(nothingRecalled);
  await file.save([fixture.revision]);
  expect((await open()).recall('rev1')).toMatchObject({ startMs: 1_200, serviceMs: 7 });
  expect(file.recall('rev2')).toEqual(nothingRecalled);
  expect(warnings).toEqual([]);
});

test('an entry outlives times in which its revision is not assigned, without its demand', async () => {
  const first = await open();
  Object.assign(fixture.revision, { startMs: 40 });
  fixture.ask();
  await first.save([fixture.revision]);
  const second = await open();
  await second.save([]);
  await clock.advance(29 * day);
  await second.save([]);
  expect((await open()).recall('rev1')).toMatchObject({ startMs: 40, demand: { entries: [] }, memory: null });
  await clock.advance(day);
  await second.save([]);
  expect((await open()).recall('rev1')).toEqual(nothingRecalled);
});

test('no more than a thousand such entries are kept, the latest', async () => {
  const { assignment } = fixture.revision;
  const named = (id: string) => ({ ...fixture.revision, assignment: { ...assignment, revision: id } });
  const file = await open();
  await file.save([named('old')]);
  await file.save([]);
  await clock.advance(1_000);
  await file.save(Array.from({ length: 1_000 }, (_, index) => named(`rev${index}`)));
  await file.save([]);
  const { revisions } = JSON.parse(await readFile(path(), 'utf8')) as { revisions: object };
  expect(Object.keys(revisions)).toHaveLength(1_000);
  expect(revisions).not.toHaveProperty('old');
});

test.each([
  ['is cut off', '{"version":2,"savedAt":1,"rev'],
  ['is of another version', '{"version":3,"savedAt":1,"revisions":{}}'],
  ['holds something else', '{"version":2,"savedAt":1,"revisions":{"rev1":{"startMs":"soon"}}}'],
])('a file that %s counts as empty with a warning, and is written over', async (_what, text) => {
  await writeFile(path(), text);
  const file = await open();
  expect(file.recall('rev1')).toEqual(nothingRecalled);
  expect(warnings).toEqual(['what scaling had learned cannot be read: it is measured again']);
  await file.save([fixture.revision]);
  expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject({ version: 2 });
});

test('nothing is written while nothing happens', async () => {
  const file = await open();
  await file.save([fixture.revision]);
  const { mtimeMs } = await stat(path());
  await clock.advance(60_000);
  await file.save([fixture.revision]);
  expect((await stat(path())).mtimeMs).toBe(mtimeMs);
});

test('a directory that something else lies in the place of is no reason to fail', async () => {
  const file = await open();
  await rm(directory, { recursive: true });
  await writeFile(directory, '');
  await expect(file.save([fixture.revision])).resolves.toBeUndefined();
  expect(warnings).toEqual([
    'what scaling had learned cannot be saved: after a restart, it is measured again',
  ]);
});

test('demand is as old as the wall clock says, idleness is what was seen of it', async () => {
  const request = fixture.ask();
  await fixture.served(request);
  await clock.advance(2_000);
  request.release();
  await clock.advance(10_000);
  fixture.look();
  await (await open()).save([fixture.revision]);

  const later = createFakeClock(clock.now() + 20_000);
  const recalled = (await open(later)).recall('rev1');
  expect(recalled.lastUseAt).toBe(-10_000);
  expect(recalled.demand?.gap).toEqual({ fromMs: -20_000, toMs: 0 });
  expect(recalled.demand?.entries.map(({ atMs, arrived, ended }) => [atMs, arrived, ended])).toEqual([
    [-32_000, 1, 0],
    [-30_000, 0, 1],
  ]);
  expect(recalled.memory?.wanted.at(-1)).toMatchObject({ atMs: 0 });
});

test('a wall clock that was set back makes nothing come from the future', async () => {
  fixture.ask();
  await (await open()).save([fixture.revision]);
  const recalled = (await open(createFakeClock(clock.now() - 3_600_000))).recall('rev1');
  expect(recalled.demand).toMatchObject({ sinceMs: 0, gap: { fromMs: 0, toMs: 0 } });
});

test('a revision that was never used and never asked for has no times, and no memory without replicas', async () => {
  const { revision } = fixture;
  revision.scaleMemory = { wanted: [], panic: null, step: { atMs: 0, live: 0 } };
  await (await open()).save([revision]);
  expect((await open()).recall('rev1')).toMatchObject({
    ...{ lastUseAt: null, lastUseOnWall: null, memory: null },
    demand: { sinceMs: null, entries: [] },
  });
});

test.each(['waits', 'runs'])('a revision is in use now while a request %s', async (what) => {
  const { start } = fixture.driver;
  const gate = Promise.withResolvers<void>();
  // A start that does not end keeps it waiting, whatever the machine does first.
  Object.assign(fixture.driver, {
    start: (...given: Parameters<typeof start>) => gate.promise.then(() => start(...given)),
  });
  if (what === 'runs') gate.resolve();
  const request = fixture.ask();
  if (what === 'runs') await fixture.served(request);
  await clock.advance(5_000);
  const { pool } = fixture.revision;
  expect([pool.waiting, pool.inFlight]).toEqual(what === 'runs' ? [0, 1] : [1, 0]);
  await (await open()).save([fixture.revision]);
  expect((await open()).recall('rev1').lastUseOnWall).toBe(clock.now());
  gate.resolve();
});

test('a panic goes on where it was, and so does the last step', async () => {
  await fixture.served(fixture.ask());
  const now = clock.monotonicMs();
  fixture.revision.scaleMemory = {
    wanted: [{ atMs: now - 5, replicas: 2 }],
    panic: { untilMs: now + 700, replicas: 6 },
    step: { atMs: now - 90, live: 4 },
  };
  await (await open()).save([fixture.revision]);
  const recalled = (await open(createFakeClock(clock.now() + 1_000))).recall('rev1');
  expect(recalled.memory).toEqual({
    wanted: [{ atMs: -5, replicas: 2 }],
    panic: { untilMs: 700, replicas: 6 },
    step: { atMs: -90, live: 4 },
  });
});

test('what is counted is written each time, however little has changed', async () => {
  const file = await open();
  fixture.ask();
  await file.save([fixture.revision]);
  const before = await readFile(path(), 'utf8');
  await clock.advance(1_000);
  await file.save([fixture.revision]);
  const after = await readFile(path(), 'utf8');
  expect(JSON.parse(after).savedAt - JSON.parse(before).savedAt).toBe(1_000);
});

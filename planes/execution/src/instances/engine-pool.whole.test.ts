import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, expect, test } from 'vitest';
import { buildAssignment, type LocationFixture, openLocationFixture } from '../testing/location-fixture.ts';

let fixture: LocationFixture;
afterEach(() => fixture.close());

const instances = () => readdir(join(fixture.directory, 'location/process/instances'));
/** Waits until the only instance is one that is stopped in place, and returns its id. */
async function onePooled(): Promise<string> {
  const isPaused = async (id: string) => {
    const record = join(fixture.directory, 'location/process/instances', id, 'instance.json');
    const { pid } = JSON.parse(await readFile(record, 'utf8').catch(() => '{"pid":0}')) as { pid: number };
    return / T /.test(await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''));
  };
  return waitFor('an engine that waits', async () => {
    const [first, ...others] = await instances();
    return first !== undefined && others.length === 0 && (await isPaused(first)) ? first : undefined;
  });
}
const replicas = () => fixture.location.observe().revisions[0]?.replicas;

/** Serves one model from zero, so that its files are known, and lets it go again. */
async function serveOnce(changes: Parameters<typeof buildAssignment>[1] = {}): Promise<void> {
  const assignment = buildAssignment(await fixture.writeModel('m'), changes, { retentionMs: 0 });
  fixture.feeds.assign([assignment]);
  await waitFor('the assignment', () => replicas() !== undefined);
  await fixture.ask('rev1');
  await waitFor('zero', () => Object.values(replicas() ?? {}).every((count) => count === 0));
}

test('a replica is woken out of the pool, which is filled again, and ends with the location', async () => {
  fixture = await openLocationFixture({ preforkedEngines: 1 });
  await serveOnce();
  const waiting = await onePooled();
  const { body, lease } = await fixture.ask('rev1');
  expect(lease.replica).toBe(waiting);
  expect(body.environment).toContain('WAITED');
  await waitFor('another', async () => (await instances()).some((id) => id !== waiting));
  await fixture.location.close();
  expect(await instances()).toEqual([]);
});

test('a deployment with variables of its own is not put into an engine that waited', async () => {
  fixture = await openLocationFixture({ preforkedEngines: 1 });
  const { template } = buildAssignment('');
  const path = await fixture.writeModel('m');
  const own = { ...template.runtime, envs: { SECRET: 'mine' } };
  await serveOnce({ template: { ...template, origin: { kind: 'directory', path }, runtime: own } });
  const waiting = await onePooled();
  const { body, lease } = await fixture.ask('rev1');
  expect(lease.replica).not.toBe(waiting);
  expect(body.environment).toEqual(['BEELINE_INSTANCE', 'SECRET']);
});

test('a request is served all the same when the engine that waited refuses its model', async () => {
  fixture = await openLocationFixture({ preforkedEngines: 1 }, { refuseClaim: 409 });
  await serveOnce();
  await onePooled();
  const { status, body } = await fixture.ask('rev1');
  expect(status).toBe(200);
  expect(body.environment).not.toContain('WAITED');
});

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
let directory: string;
let server: Server;
let probes: number;
let status: number;

beforeEach(async () => {
  fixture = await openRevisionFixture();
  directory = await mkdtemp(join(tmpdir(), 'bl-unreachable-'));
  probes = 0;
  status = 503;
  server = createServer((_request, response) => {
    probes += 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve));
});
afterEach(async () => {
  await fixture.close();
  server.close();
  await rm(directory, { recursive: true });
});

/** A ready replica that a request could not reach; probes of it reach the test's server. */
async function unreachable() {
  const request = fixture.ask();
  await fixture.served(request);
  request.release();
  const replica = await waitFor('the replica', () => [...fixture.revision.replicas.values()][0]);
  replica.target = { socketPath: join(directory, 's') };
  const asked = { revision: 'rev1', executionId: 'exe_1', signal: new AbortController().signal };
  const lease = fixture.revision.pool.acquire(asked);
  if ('then' in lease) throw new Error('no slot was free');
  lease.release('unreachable');
  return replica;
}

test('a replica that cannot be reached and does not get well is asked five times and given up', async () => {
  const replica = await unreachable();
  for (let count = 1; count <= 5; count += 1) {
    await waitFor(`probe ${count}`, () => probes === count && fixture.clock.pendingTimers > 0);
    expect(replica.state).toBe('ready');
    await waitFor('the pause', async () => {
      await fixture.clock.advance(500);
      return count === 5 ? replica.state === 'failed' : probes > count;
    });
  }
  expect(fixture.said).toContain('lost: it could not be reached and does not answer');
  expect(fixture.driver.stopped).toEqual([replica.id]);
});

test('while it is asked nobody gets it, and then it is taken back', async () => {
  const replica = await unreachable();
  const waiting = fixture.ask();
  await waitFor('the first probe', () => probes === 1);
  expect(waiting.lease).toBeNull();
  status = 200;
  await waitFor('the replica to be taken back', async () => {
    await fixture.clock.advance(500);
    return waiting.lease?.replica === replica.id;
  });
  expect(replica.state).toBe('ready');
});

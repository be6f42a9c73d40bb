import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@beeline/core/base';
import type { UpstreamTarget } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { expect, test } from 'vitest';
import { createLocation } from './create-location.ts';
import { createFakeFeeds } from './testing/fake-feeds.ts';
import { buildAssignment } from './testing/location-fixture.ts';

const model = fileURLToPath(
  new URL('../../../runtimes/transformers/fixtures/models/sentiment', import.meta.url),
);

function classify(target: UpstreamTarget, inputs: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(
      { ...target, method: 'POST', path: '/', headers, agent: false },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve(JSON.parse(text));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify({ inputs }));
  });
}

test('a real model is woken from zero by the standard driver and runtime, answers, and goes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bl-engine-'));
  const feeds = createFakeFeeds('here');
  const location = await createLocation({
    name: 'here',
    directory,
    feeds,
    logger: silentLogger,
    flavors: [{ name: 'x86', type: 'cpu' }],
  });
  try {
    const assignment = buildAssignment(model);
    const { template } = assignment;
    feeds.assign([
      { ...assignment, template: { ...template, runtime: { ...template.runtime, engine: 'transformers' } } },
    ]);
    await waitFor('the assignment', () => location.observe().revisions.length === 1);
    const signal = new AbortController().signal;
    const lease = await location.port.acquire({ revision: 'rev1', executionId: 'ex_1', signal });
    const answer = await classify(lease.target, 'what a lovely day');
    expect(JSON.stringify(answer)).toContain('"score"');
    expect(lease.wait.startMs).toBeGreaterThan(0);
    expect(lease.wait.loadMs).toBeGreaterThan(0);
    lease.release('served');
  } finally {
    await location.close();
    await rm(directory, { recursive: true, force: true });
  }
});

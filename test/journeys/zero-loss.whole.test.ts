import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallResult } from '../loss/call-result.ts';
import { deployNumbered } from '../loss/change-deployment.ts';
import { drawUpAccount, readServedNumbers } from '../loss/draw-up-account.ts';
import { keepCalling } from '../loss/keep-calling.ts';
import { numberedRuntime } from '../loss/numbered-runtime.ts';
import { sendCall } from '../loss/send-call.ts';
import { startTestPlatform, type TestPlatform } from './start-test-platform.ts';

const changes = 20;

/** The whole platform; the model server is one of the test's own, run by the real process driver. */
describe('no call is lost', () => {
  let scratch: string;
  let directory: string;
  let servedFile: string;
  let test: TestPlatform;
  const agent = new Agent({ keepAlive: true });
  let numbers = 0;
  const nextNumber = () => {
    numbers += 1;
    return numbers;
  };
  const targetOf = (name: string) => ({
    url: `${test.platform.runUrl}/default/models/${name}`,
    apiKey: test.platform.apiKey.reveal(),
    agent,
  });
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'beeline-loss-'));
    directory = join(scratch, 'model');
    servedFile = join(scratch, 'served');
    await mkdir(directory);
    await writeFile(join(directory, 'weights'), 'none');
    await writeFile(servedFile, '');
    test = await startTestPlatform({ runtimes: { transformers: numberedRuntime } });
  });
  afterAll(async () => {
    agent.destroy();
    await test.close();
    await rm(scratch, { recursive: true, force: true });
  });

  it('while a deployment is updated and scaled down 20 times', { timeout: 150_000 }, async () => {
    const before = (await readServedNumbers(servedFile)).length;
    const busy = await deployNumbered(test.client, { name: 'busy', directory, servedFile });
    const load = keepCalling({
      perSecond: 220,
      streamEvery: 4,
      maxOpen: 800,
      nextNumber,
      send: (kind, number) => sendCall(targetOf('busy'), kind, number),
    });
    for (let round = 0; round < changes; round += 1) {
      await busy.update();
      await busy.scaleDown();
    }
    const perSecond = await load.stop();
    const account = drawUpAccount(load.results, (await readServedNumbers(servedFile)).slice(before));
    expect(account).toMatchObject({ failed: 0, cut: 0, twice: 0, invented: 0, problems: [] });
    expect(account.answered).toBe(account.sent);
    expect(perSecond).toBeGreaterThan(200);
    expect([busy.updates, busy.scaleDowns]).toEqual([changes, changes]);
  });

  it('while replicas are killed that have nothing to do', async () => {
    await deployNumbered(test.client, { name: 'quiet', directory, servedFile });
    const results: CallResult[] = [];
    for (let kill = 0; kill < 4; kill += 1) {
      const asked = await sendCall(targetOf('quiet'), 'unary', nextNumber());
      results.push(asked);
      process.kill(asked.pid ?? 0, 'SIGKILL');
      results.push(
        ...(await Promise.all(
          (['unary', 'stream', 'unary'] as const).map((kind) =>
            sendCall(targetOf('quiet'), kind, nextNumber()),
          ),
        )),
      );
    }
    const served = await readServedNumbers(servedFile);
    expect(drawUpAccount(results, served)).toMatchObject({ sent: 16, answered: 16, twice: 0, problems: [] });
  });
});

import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const line = (id: number, severity = 9) => ({
  id: String(id),
  timestamp: `2025-01-01T00:04:0${id}.000Z`,
  message: `line ${id}`,
  severity,
  source: 'stdout' as const,
  revision: 'rev_1',
  replica: 'rep_1',
});

describe('bl logs', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    bl.platform.logs.push(line(1), line(2), line(3, 17));
  });
  afterEach(() => bl.close());

  it('prints the last lines of the last hour, of the environment that is given', async () => {
    const { code, stdout } = await bl.run(['logs', 'model', 'm', '--limit', '2', '-e', 'development']);
    expect([code, stdout]).toEqual([
      0,
      '2025-01-01T00:04:02.000Z rep_1 line 2\n2025-01-01T00:04:03.000Z rep_1 line 3\n',
    ]);
    expect(bl.platform.requests[0]?.query).toEqual({
      environment: 'development',
      limit: '2',
      period: '3600000ms',
    });
  });

  it('prints one JSON object a line', async () => {
    const { stdout } = await bl.run(['logs', 'model', 'm', '-o', 'json']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text).id),
    ).toEqual(['1', '2', '3']);
  });

  it('follows: prints each new line once, through an absence of the platform, until Ctrl-C', async () => {
    const running = bl.start(['logs', 'model', 'm', '-f']);
    await waitFor('the first lines', () => running.stdout().includes('line 3'));
    bl.platform.intercept = () => ({
      status: 503,
      body: { error: 'STORE_UNAVAILABLE', message: 'away', code: 503 },
    });
    await waitFor('the complaint', async () => {
      await bl.clock.advance(1_000);
      return running.stderr().includes('away');
    });
    bl.platform.intercept = () => undefined;
    bl.platform.logs.push(line(4), line(5));
    await waitFor('the new lines', async () => {
      await bl.clock.advance(1_000);
      return running.stdout().includes('line 5');
    });
    running.stop();
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout.match(/line \d/g)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
  });

  it('refuses more lines than the platform gives at once', async () => {
    const { code, stderr } = await bl.run(['logs', 'model', 'm', '--limit', '1001']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('a whole number from 1 to 1000; see bl logs'),
    ]);
  });

  it('refuses what has no logs', async () => {
    expect(await bl.run(['logs', 'policy', 'p'])).toMatchObject({
      code: 2,
      stderr: 'error: bl logs is for models only (received policy); write bl logs model p\n',
    });
  });
});

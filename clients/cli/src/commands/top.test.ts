import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelMetrics } from '../testing/model-metrics.ts';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const model = (name: string) => ({
  metadata: { name },
  spec: { runtime: { model: `file:/models/${name}` } },
});
const now = { replicas: { starting: 1, ready: 2, draining: 0 }, inFlight: 3, waiting: 4 };

describe('bl top', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    for (const name of ['quiet', 'busy']) bl.platform.store.create('models', model(name));
    bl.platform.metrics.set('quiet', modelMetrics(0));
    bl.platform.metrics.set(
      'busy',
      modelMetrics(120, { now, errorTotal: 5, requestTotalPerCode: { 200: 112, 404: 3, 500: 5 } }),
    );
  });
  afterEach(() => bl.close());

  it('prints one snapshot when piped, the busiest first', async () => {
    const { code, stdout } = await bl.run(['top']);
    expect(code).toBe(0);
    const [header, first, second] = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(header).toEqual([
      'NAME',
      'ENVIRONMENT',
      'STATUS',
      'REPLICAS',
      'IN FLIGHT',
      'QUEUE',
      'REQ/S',
      '4XX',
      '5XX',
      'P50',
      'P90',
      'P99',
      'COLD STARTS',
      'TOKENS/S',
    ]);
    expect([first?.[0], ...(first?.slice(3) ?? [])]).toEqual([
      'busy',
      '2 (+1)',
      '3',
      '4',
      '2',
      '3',
      '5',
      '13ms',
      '40ms',
      '1.25s',
      '0',
      '0',
    ]);
    expect([second?.[0], second?.[9]]).toEqual(['quiet', '-']);
  });

  it('measures the window that is given, of one model', async () => {
    const { stdout } = await bl.run(['top', 'busy', '--window', '10m', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'busy', metrics: { requestTotal: 120 } }]);
    expect(bl.platform.requests.at(-1)).toMatchObject({
      path: '/v0/models/busy/metrics',
      query: { environment: 'production', period: '600000ms' },
    });
  });

  it('refreshes on a terminal, leaves out what was deleted, and ends with Ctrl-C', async () => {
    const running = bl.start(['top'], { terminal: true });
    await waitFor('the first table', () => running.stdout().includes('quiet'));
    bl.platform.metrics.delete('quiet');
    bl.platform.metrics.set('busy', modelMetrics(600));
    await waitFor('the next table', async () => {
      await bl.clock.advance(2_000);
      return running.stdout().includes(' 10 ');
    });
    running.stop();
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout.split('\u001b[H\u001b[J').at(-1)).not.toContain('quiet');
  });

  it.each([
    [['top', 'nobody'], 'there is no model "nobody"'],
    [['top', '--window', '0'], 'the window must be longer than nothing'],
    [['top', '--window', 'long'], 'must be a duration'],
  ])('refuses %j', async (argv, text) => {
    const { code, stderr } = await bl.run(argv);
    expect(code).not.toBe(0);
    expect(stderr).toContain(text);
  });
});

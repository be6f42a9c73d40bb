import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLossScenario } from '../loss/run-loss-scenario.ts';
import { type Apart, startApart } from '../loss/start-apart.ts';

const changes = 20;

describe.each(['unix', 'tcp'] as const)('with the ingress of the location over %s', (ingress) => {
  let apart: Apart;
  beforeAll(async () => {
    apart = await startApart({ ingress });
  });
  afterAll(() => apart.close());

  it('no call is lost while processes restart, replicas are killed and the deployment changes', {
    timeout: 240_000,
  }, async () => {
    const report = await runLossScenario(apart, {
      perSecond: 210,
      changes,
      calls: 0,
      restartEvery: 1,
    });
    expect(report).toMatchObject({ failed: 0, cut: 0, twice: 0, invented: 0, problems: [] });
    expect(report.answered).toBe(report.sent);
    expect(report.callsPerSecond).toBeGreaterThanOrEqual(200);
    expect(report).toMatchObject({
      updates: changes,
      scaleDowns: changes,
      idleKills: changes,
      restarts: { gateway: 10, location: 5, control: 5 },
    });
  });
});

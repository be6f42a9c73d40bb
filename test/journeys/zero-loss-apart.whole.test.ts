import { afterAll, beforeAll, expect, it } from 'vitest';
import { runLossScenario } from '../loss/run-loss-scenario.ts';
import { type Apart, startApart } from '../loss/start-apart.ts';

let apart: Apart;
beforeAll(async () => {
  apart = await startApart();
});
afterAll(() => apart.close());

it('no call is lost while processes are restarted and the deployment changes', {
  timeout: 150_000,
}, async () => {
  const report = await runLossScenario(apart, {
    perSecond: 210,
    changes: 8,
    calls: 0,
    restartEvery: 1,
  });
  expect(report).toMatchObject({ failed: 0, cut: 0, twice: 0, invented: 0, problems: [] });
  expect(report.answered).toBe(report.sent);
  expect(report.callsPerSecond).toBeGreaterThanOrEqual(200);
  expect(report).toMatchObject({
    updates: 8,
    scaleDowns: 8,
    restarts: { gateway: 4, location: 2, control: 2 },
  });
});

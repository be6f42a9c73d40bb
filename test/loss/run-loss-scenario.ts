import { setTimeout as pause } from 'node:timers/promises';
import type { CallKind } from './call-result.ts';
import { deployNumbered } from './change-deployment.ts';
import { type Account, drawUpAccount, readServedNumbers } from './draw-up-account.ts';
import { keepCalling } from './keep-calling.ts';
import { deployQuiet } from './kill-idle-replicas.ts';
import { openBalancer } from './open-balancer.ts';
import { type RestartCounts, restartInTurn } from './restart-in-turn.ts';
import { sendCall } from './send-call.ts';
import type { Apart } from './start-apart.ts';

export interface LossScenario {
  readonly perSecond: number;
  /** Updates, each followed by a scale-down; with each a replica of another deployment is killed while idle. */
  readonly changes: number;
  /** Calls are sent until there are so many, also after the last change. */
  readonly calls: number;
  /** Every so many changes a part is restarted while the change goes on. */
  readonly restartEvery: number;
  onProgress?(progress: LossProgress): void;
}

/** How far a scenario is. */
export interface LossProgress {
  readonly changes: number;
  readonly sent: number;
  /** Calls that have ended otherwise than they should. */
  readonly lost: number;
}

export interface LossReport extends Account {
  readonly updates: number;
  readonly scaleDowns: number;
  readonly idleKills: number;
  readonly restarts: RestartCounts;
  readonly callsPerSecond: number;
  readonly seconds: number;
}

const progressMs = 1_000;
/** A deployment lets 1,000 wait (`queueLimit`). */
const maxOpen = 800;

/**
 * Changes a deployment, kills idle replicas and restarts every part of the platform while it is called at a steady
 * rate, and counts every call.
 */
export async function runLossScenario(apart: Apart, scenario: LossScenario): Promise<LossReport> {
  const { client, modelDirectory: directory, servedFile, apiKey, gatewayUrls } = apart;
  let number = 0;
  const nextNumber = () => {
    number += 1;
    return number;
  };
  const balancer = openBalancer({ gatewayUrls, apiKey: apiKey.reveal() });
  const send = (model: string, kind: CallKind, taken: number) =>
    balancer.send(model, (target) => sendCall(target, kind, taken));
  const busy = await deployNumbered(client, { name: 'busy', directory, servedFile });
  const quiet = await deployQuiet({ client, directory, servedFile, nextNumber, send });
  const restarts = restartInTurn(apart);
  const load = keepCalling({
    perSecond: scenario.perSecond,
    streamEvery: 4,
    maxOpen,
    nextNumber,
    send: (kind, taken) => send('busy', kind, taken),
  });
  const results = () => [...load.results, ...quiet.results];
  let changes = 0;
  const tellProgress = () =>
    scenario.onProgress?.({
      changes,
      sent: number,
      lost: results().filter(({ outcome }) => outcome !== 'answered').length,
    });
  const change = async () => {
    await busy.update();
    await busy.scaleDown();
  };
  const progress = setInterval(tellProgress, progressMs);
  const began = performance.now();
  let callsPerSecond = 0;
  try {
    for (; changes < scenario.changes; changes += 1) {
      const restarting = changes % scenario.restartEvery === 0 ? restarts.restartNext() : null;
      await Promise.all([restarting, quiet.killOne(), change()]);
    }
    while (number < scenario.calls) await pause(100);
  } finally {
    clearInterval(progress);
    callsPerSecond = await load.stop();
    balancer.close();
  }
  tellProgress();
  return {
    updates: busy.updates,
    scaleDowns: busy.scaleDowns,
    idleKills: quiet.kills,
    restarts: restarts.counts,
    callsPerSecond: Math.round(callsPerSecond),
    seconds: Math.round((performance.now() - began) / 1_000),
    ...drawUpAccount(results(), await readServedNumbers(servedFile)),
  };
}

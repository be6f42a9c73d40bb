import { deployNumbered } from './change-deployment.ts';
import { type Account, drawUpAccount, readServedNumbers } from './draw-up-account.ts';
import { keepCalling } from './keep-calling.ts';
import { openBalancer } from './open-balancer.ts';
import type { Apart } from './start-apart.ts';
import type { Program } from './start-program.ts';

export interface LossScenario {
  readonly perSecond: number;
  /** Updates, each followed by a scale-down. */
  readonly changes: number;
  /** Calls are sent until there are so many, also after the last change. */
  readonly calls: number;
  /** Every so many changes a part is restarted while the change goes on: gateway, gateway, location, control in turn. */
  readonly restartEvery: number;
  onChange?(done: number, sent: number): void;
}

export interface LossReport extends Account {
  readonly updates: number;
  readonly scaleDowns: number;
  readonly restarts: Readonly<Record<'gateway' | 'location' | 'control', number>>;
  readonly callsPerSecond: number;
  readonly seconds: number;
}

async function restart(part: Program): Promise<void> {
  await part.stop('SIGTERM');
  await part.start();
}

/** Changes a deployment and restarts every part of the platform while it is called at a steady rate. */
export async function runLossScenario(apart: Apart, scenario: LossScenario): Promise<LossReport> {
  const { client, modelDirectory, servedFile, apiKey, gatewayUrls } = apart;
  const changes = await deployNumbered(client, { name: 'busy', directory: modelDirectory, servedFile });
  const balancer = openBalancer({ gatewayUrls, path: '/default/models/busy', apiKey: apiKey.reveal() });
  const restarts = { gateway: 0, location: 0, control: 0 };
  const inTurn = [
    ['gateway', apart.gateways[0]],
    ['gateway', apart.gateways[1]],
    ['location', apart.location],
    ['control', apart.control],
  ] as const;
  let turn = 0;
  async function restartNext(): Promise<void> {
    const next = inTurn[turn % inTurn.length];
    if (next === undefined) return;
    turn += 1;
    await restart(next[1]);
    restarts[next[0]] += 1;
  }

  let number = 0;
  const load = keepCalling({
    perSecond: scenario.perSecond,
    streamEvery: 4,
    nextNumber: () => {
      number += 1;
      return number;
    },
    send: balancer.send,
  });
  const began = performance.now();
  for (let change = 0; change < scenario.changes; change += 1) {
    const restarting = change % scenario.restartEvery === 0 ? restartNext() : Promise.resolve();
    await changes.update();
    await changes.scaleDown();
    await restarting;
    scenario.onChange?.(change + 1, number);
  }
  while (number < scenario.calls) await new Promise((resolve) => setTimeout(resolve, 100));
  const callsPerSecond = await load.stop();
  balancer.close();
  return {
    updates: changes.updates,
    scaleDowns: changes.scaleDowns,
    restarts,
    callsPerSecond: Math.round(callsPerSecond),
    seconds: Math.round((performance.now() - began) / 1_000),
    ...drawUpAccount(load.results, await readServedNumbers(servedFile)),
  };
}

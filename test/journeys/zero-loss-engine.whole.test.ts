import { isDeepStrictEqual } from 'node:util';
import type { ModelInput } from '@beeline/core/resources';
import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallKind } from '../loss/call-result.ts';
import { type Changes, deployChanging } from '../loss/change-deployment.ts';
import { drawUpAccount } from '../loss/draw-up-account.ts';
import { learnAnswer, sendEngineCall, streamCalls, unaryCalls } from '../loss/engine-calls.ts';
import { keepCalling } from '../loss/keep-calling.ts';
import { quickScaling } from '../loss/numbered-model.ts';
import { type Balancer, openBalancer } from '../loss/open-balancer.ts';
import { restartInTurn } from '../loss/restart-in-turn.ts';
import { type Apart, startApart } from '../loss/start-apart.ts';
import { fixtureOrigin } from './start-test-platform.ts';

const rounds = 6;

/** A toy model of the repository; the variable is there to make another version of it. */
function describeFixture(name: string, version: number, minReplicas: number): ModelInput {
  return {
    metadata: { name, environment: 'production' },
    spec: {
      enabled: true,
      runtime: {
        model: fixtureOrigin(name),
        dtype: 'q8',
        envs: [{ name: 'MODEL_VERSION', value: String(version) }],
      },
      serverlessConfig: quickScaling(minReplicas),
    },
  };
}

describe('no call is lost by the real engine, in processes apart', () => {
  let apart: Apart;
  let balancer: Balancer;
  let deployments: readonly Changes[];
  beforeAll(async () => {
    apart = await startApart({ ingress: 'tcp', engine: 'real' });
    balancer = openBalancer({ gatewayUrls: apart.gatewayUrls, apiKey: apart.apiKey.reveal() });
    deployments = await Promise.all(
      ['sentiment', 'chat'].map((name) =>
        deployChanging(apart.client, name, (version, least) => describeFixture(name, version, least)),
      ),
    );
  });
  afterAll(async () => {
    balancer.close();
    await apart.close();
  });

  /** Several calls of a kind in turn; gives how to send the next one. */
  async function prepare(kind: CallKind) {
    const calls = kind === 'unary' ? unaryCalls : streamCalls;
    const known = await Promise.all(
      calls.map(async (call) => {
        let expected = '';
        await balancer.send(call.model, async (target) => {
          expected = await learnAnswer(target, call);
          return { number: 0, kind, problem: null, outcome: 'answered', pid: null };
        });
        return { call, expected };
      }),
    );
    return (number: number) => {
      const { call, expected } = known[number % known.length] ?? { call: unaryCalls[0], expected: '' };
      if (call === undefined) throw new Error('there are no calls');
      return balancer.send(call.model, (target) => sendEngineCall(target, call, number, expected));
    };
  }

  it('while both models are updated and scaled down and every part restarts', {
    timeout: 240_000,
  }, async () => {
    const send = { unary: await prepare('unary'), stream: await prepare('stream') };
    let number = 0;
    const load = keepCalling({
      perSecond: 12,
      streamEvery: 4,
      maxOpen: 800,
      nextNumber: () => {
        number += 1;
        return number;
      },
      send: (kind, taken) => send[kind](taken),
    });
    const restarts = restartInTurn(apart);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([restarts.restartNext(), ...deployments.map((deployment) => deployment.update())]);
      await Promise.all(deployments.map((deployment) => deployment.scaleDown()));
    }
    await load.stop();
    const account = drawUpAccount(load.results, []);
    expect(account).toMatchObject({ failed: 0, cut: 0, problems: [] });
    expect(account.answered).toBe(account.sent);
    expect(account.streams).toBeGreaterThan(10);
    expect(deployments.map(({ updates, scaleDowns }) => [updates, scaleDowns])).toEqual([
      [rounds, rounds],
      [rounds, rounds],
    ]);
    expect(restarts.counts).toEqual({ gateway: 3, location: 2, control: 1 });
    await waitFor('one execution for each call', async () => {
      const totals = await Promise.all(
        ['sentiment', 'chat'].map((name) => apart.client.models.metrics(name)),
      );
      const answered = totals.map(({ requestTotal, requestTotalPerCode }) => [
        requestTotal,
        requestTotalPerCode['200'],
      ]);
      const { streams, sent } = account;
      return isDeepStrictEqual(answered, [
        Array(2).fill(sent - streams + unaryCalls.length),
        Array(2).fill(streams + streamCalls.length),
      ]);
    });
  });
});

import type { ExecutionsMessage } from '@beeline/core/contract';
import { createFakeClock } from '@beeline/core/testing';
import { describe, expect, it } from 'vitest';
import { sampleRecord } from '../../testing/sample-record.ts';
import { sampleRoute, sampleRoutes } from '../../testing/start-gateway.ts';
import { openThreadLink } from './open-thread-link.ts';
import type { FromWorkerMessage } from './worker-messages.ts';

const execution = (id: number) => ({ ...sampleRecord, id: `exe_${id}` });

function open(routes: string | null = null) {
  const clock = createFakeClock();
  const sent: FromWorkerMessage[] = [];
  const link = openThreadLink({
    gateway: 'gate',
    routes,
    handOverMs: 100,
    clock,
    send: (message) => void sent.push(message),
  });
  /** Ids of the records of each message. */
  const handedOver = () =>
    sent.map((message) => {
      const text = message.kind === 'records' ? Buffer.from(message.batch.message).toString() : '{}';
      const { gateway, executions } = JSON.parse(text) as ExecutionsMessage;
      expect(gateway).toBe('gate');
      return executions.map(({ id }) => id);
    });
  return { clock, link, handedOver };
}

describe('the link of a worker', () => {
  it('serves the routes that it starts from, then newer ones', () => {
    expect(open().link.tables.current).toBeNull();
    const { link } = open(JSON.stringify(sampleRoutes()));
    expect(link.tables.current?.findRoute('acme', 'toy', 'production')).toEqual(sampleRoute);
    link.replaceRoutes(JSON.stringify(sampleRoutes([], 2)));
    expect(link.tables.current?.version).toBe(2);
    expect(link.tables.current?.findRoute('acme', 'toy', 'production')).toBeUndefined();
  });

  it('hands records over together, after a moment', async () => {
    const { clock, handedOver, link } = open();
    link.usage.add(execution(1));
    link.usage.add(execution(2));
    expect(handedOver()).toEqual([]);
    await clock.advance(100);
    expect(handedOver()).toEqual([['exe_1', 'exe_2']]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('hands records over at once when they are many', async () => {
    const { clock, handedOver, link } = open();
    for (let id = 0; id < 1_001; id += 1) link.usage.add(execution(id));
    expect(handedOver().map((ids) => ids.length)).toEqual([1_000]);
    await clock.advance(100);
    expect(handedOver().map((ids) => ids.length)).toEqual([1_000, 1]);
  });

  it('hands over what it has when it closes, and nothing when it has nothing', async () => {
    const { handedOver, link } = open();
    link.usage.add(execution(1));
    await link.close();
    await link.close();
    expect(handedOver()).toEqual([['exe_1']]);
  });
});

import type { AddressInfo } from 'node:net';
import { systemClock } from '@beeline/core/base';
import { createMetrics } from '@beeline/core/service';
import { connectRaw } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenForGateway } from './listen-for-gateway.ts';

const metrics = createMetrics();
const listener = listenForGateway(
  { handle: (request) => request.answer(200, 'OK', '', '') },
  { maxConnections: 3, requestHeadTimeout: 40, minBodyRate: 0 },
  systemClock,
  { metrics },
);

const counted = () =>
  Object.fromEntries(
    [
      ...metrics.render().matchAll(/^beeline_gateway_connections_refused_total\{reason="(\w+)"\} (\d+)$/gm),
    ].map(([, reason, count]) => [reason, Number(count)]),
  );

const connect = () => connectRaw({ port: (listener.server.address() as AddressInfo).port });

beforeEach(() => new Promise<void>((resolve) => listener.server.listen(0, '127.0.0.1', resolve)));
afterEach(async () => {
  listener.cut();
  await listener.close();
});

test('whom the listener refuses before there is a request is counted by reason', async () => {
  expect(counted()).toEqual({ full: 0, late_head: 0, long_head: 0, malformed: 0 });
  const [late, long, malformed] = [await connect(), await connect(), await connect()];
  const beyond = await connect();
  await beyond.until('HTTP/1.1 503');
  late.send('GET / HTTP/1.1\r\nhost');
  long.send(`GET / HTTP/1.1\r\nlong: ${'x'.repeat(40_000)}`);
  malformed.send('never heard of it\r\n\r\n');
  await late.until('HTTP/1.1 408');
  await long.until('HTTP/1.1 431');
  await malformed.until('HTTP/1.1 400');
  expect(counted()).toEqual({ full: 1, late_head: 1, long_head: 1, malformed: 1 });
  for (const peer of [late, long, malformed, beyond]) peer.destroy();
});

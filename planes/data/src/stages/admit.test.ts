import { connectRaw, startRawServer, waitFor } from '@beeline/core/testing';
import { describe, expect, it } from 'vitest';
import { createFakeLocation } from '../../testing/fake-location.ts';
import { startGateway, testKey } from '../../testing/start-gateway.ts';

async function answerTo(request: string, config: Record<string, string>): Promise<string> {
  const model = await startRawServer();
  const running = await startGateway({ location: createFakeLocation(model.target), config });
  const caller = await connectRaw({ port: running.port });
  caller.send(request);
  const text = await caller.until('"request_id"');
  expect(model.peers.map((peer) => peer.text).join('')).not.toContain('secret body');
  caller.destroy();
  await running.close();
  await model.close();
  return text;
}

const start = `POST /acme/models/toy HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${testKey}\r\n`;

describe('the bounds of a gateway', () => {
  it('refuse a declared body over the limit before anything is sent', async () => {
    const text = await answerTo(`${start}Content-Length: 11\r\n\r\nsecret body`, { maxRequestBody: '10B' });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('Content-Length is 11');
  });

  it('refuse a body in chunks once it is over the limit', async () => {
    const text = await answerTo(`${start}Transfer-Encoding: chunked\r\n\r\nb\r\nsecret body\r\n`, {
      maxRequestBody: '10B',
    });
    expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  });

  it('refuse a request that goes in a circle', async () => {
    const model = await startRawServer();
    const running = await startGateway({
      location: createFakeLocation(model.target),
      config: { via: 'bee' },
    });
    const caller = await connectRaw({ port: running.port });
    let via = '';
    for (let visit = 0; visit < 8; visit += 1) {
      caller.send(`${start}${via}\r\n`);
      const peer = await model.peer(0);
      const sent = await peer.until('\r\n\r\n');
      via = `Via: ${[...sent.matchAll(/^via: (.*)\r$/gim)].map((line) => line[1]).join(', ')}\r\n`;
      expect(via.match(/bee-/g)).toHaveLength(visit + 1);
      peer.clear();
      peer.send('HTTP/1.0 200 OK\r\nVia: 1.1 model\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok');
      expect(await caller.until('ok')).toMatch(/Via: 1\.1 model\r\n[\s\S]*via: 1\.0 bee-/);
      caller.clear();
    }
    caller.send(`${start}${via}\r\n`);
    expect(await caller.until('LOOP_DETECTED')).toMatch(/^HTTP\/1\.1 400 /);
    caller.destroy();
    await running.close();
    await model.close();
  });

  it('refuse too many header lines', async () => {
    const text = await answerTo(`${start}${'X-A: 1\r\n'.repeat(20)}Content-Length: 0\r\n\r\n`, {
      maxRequestHeaders: '16',
    });
    expect(text).toContain('at most 16 header lines (received 23)');
  });

  it('refuse more requests at once than the limit', async () => {
    const model = await startRawServer();
    const running = await startGateway({
      location: createFakeLocation(model.target),
      config: { maxExchanges: '1' },
    });
    const first = await connectRaw({ port: running.port });
    first.send(`${start}Content-Length: 0\r\n\r\n`);
    await waitFor('the first to run', () => running.gateway.exchanges === 1);
    const second = await connectRaw({ port: running.port });
    second.send(`${start}Content-Length: 0\r\n\r\n`);
    expect(await second.until('NO_CAPACITY')).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1/);
    first.destroy();
    second.destroy();
    await running.close();
    await model.close();
  });
});

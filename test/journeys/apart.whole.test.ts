import { Agent, request as httpRequest } from 'node:http';
import { connectRaw, waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployNumbered } from '../loss/change-deployment.ts';
import { readServedNumbers } from '../loss/draw-up-account.ts';
import { sendCall } from '../loss/send-call.ts';
import { type Apart, startApart } from '../loss/start-apart.ts';

/** Control, location and gateways as processes of their own. */
describe.each(['unix', 'tcp'] as const)('the platform in separate processes, ingress over %s', (ingress) => {
  let apart: Apart;
  const agent = new Agent({ keepAlive: true });
  let number = 0;
  beforeAll(async () => {
    apart = await startApart({ ingress });
    const { client, modelDirectory, servedFile } = apart;
    await deployNumbered(client, { name: 'model', directory: modelDirectory, servedFile });
  });
  afterAll(async () => {
    agent.destroy();
    await apart.close();
  });

  const target = () => ({
    url: `${apart.gatewayUrls[0]}/default/models/model`,
    apiKey: apart.apiKey.reveal(),
    agent,
  });
  const call = (kind: 'unary' | 'stream' = 'unary') => {
    number += 1;
    return sendCall(target(), kind, number);
  };

  /** With a body of more than is kept to be sent again. */
  const callLong = () => {
    number += 1;
    return sendCall(target(), 'unary', number, '/unary', 300_000);
  };

  it('answers whole and as a stream, through both hops', async () => {
    expect(await call()).toMatchObject({ outcome: 'answered', problem: null });
    expect(await call('stream')).toMatchObject({ outcome: 'answered', problem: null });
    expect(await callLong()).toMatchObject({ outcome: 'answered', problem: null });
  });

  it('records replica, location and waiting time, and shows callers none of the words between its parts', async () => {
    const response = await apart.client.run('model', { path: '/unary', body: '{"number":1000}' });
    await response.arrayBuffer();
    const names = [...response.headers.keys()];
    expect(names.filter((name) => /replica|wait|revision|token|undelivered/.test(name))).toEqual([]);
    const id = response.headers.get('x-beeline-execution') ?? '';
    const record = await waitFor('the record', () => apart.client.executions.get(id).catch(() => null));
    expect(record).toMatchObject({ location: 'here', source: 'model', status: 200 });
    expect(record.replica).toMatch(/^[a-z0-9]+$/);
  });

  it('takes work back from the model when the caller goes', async () => {
    const sent = httpRequest(`${target().url}/slow`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apart.apiKey.reveal()}` },
    });
    sent.on('error', () => {});
    sent.end('{"number":2000}');
    await waitFor('the model server to have it', async () =>
      (await readServedNumbers(apart.servedFile)).includes(2_000),
    );
    sent.destroy();
    await waitFor('the model server to be left', async () =>
      (await readServedNumbers(apart.servedFile)).includes(-2_000),
    );
  });

  it('switches protocols through both hops', async () => {
    const peer = await connectRaw({ port: Number(new URL(target().url).port) });
    peer.send(
      `GET /default/models/model/socket HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${apart.apiKey.reveal()}\r\n` +
        'Connection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    expect(await peer.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 101 /);
    peer.send('hello over there');
    await peer.until('hello over there');
    peer.destroy();
  });

  it('lets nobody but its gateways into a location', async () => {
    const peer = await connectRaw(apart.ingress);
    peer.send(
      'GET / HTTP/1.1\r\nHost: h\r\nX-Beeline-Revision: any\r\nX-Beeline-Internal-Token: guessed\r\n\r\n',
    );
    expect(await peer.until('AUTHENTICATION_FAILED')).toMatch(/^HTTP\/1.1 401 /);
    peer.destroy();
  });

  it('of a replica that is killed loses the call that it works on, says so, and no other', async () => {
    const first = await call();
    const lost = sendCall(target(), 'unary', 3_000, '/slow');
    await waitFor('the model server to have it', async () =>
      (await readServedNumbers(apart.servedFile)).includes(3_000),
    );
    process.kill(first.pid ?? 0, 'SIGKILL');
    const { outcome, problem } = await lost;
    expect(outcome).toBe('failed');
    expect(problem).toContain('503');
    expect(problem).toContain('"REPLICA_LOST"');
    expect(problem).toContain('while it worked on the request');
    expect(await call()).toMatchObject({ outcome: 'answered' });
  });

  it('of a location that stops loses nothing: what runs ends, what comes is held until it is back', async () => {
    await Promise.all([call(), call('stream')]);
    const running = [call('stream'), call('stream')];
    const first = number - running.length + 1;
    await waitFor('the model server to have them', async () => {
      const served = await readServedNumbers(apart.servedFile);
      return running.every((_, index) => served.includes(first + index));
    });
    const stopped = apart.location.stop('SIGTERM');
    const meanwhile = [call(), callLong(), call('stream'), callLong(), call()];
    expect(await stopped).toBe(0);
    const away = [call(), callLong(), call('stream')];
    await apart.location.start();
    const results = await Promise.all([...running, ...meanwhile, ...away]);
    expect(results.map(({ problem }) => problem)).toEqual(results.map(() => null));
  });

  it('of a location that is killed loses the call that it works on, says so, and no other', async () => {
    await call();
    number += 1;
    const working = number;
    const lost = sendCall(target(), 'unary', working, '/slow');
    await waitFor('the model server to have it', async () =>
      (await readServedNumbers(apart.servedFile)).includes(working),
    );
    await apart.location.stop('SIGKILL');
    const { outcome, problem } = await lost;
    expect(outcome).toBe('failed');
    expect(problem).toMatch(/^503 .*"REPLICA_LOST".*location here went away.*while it worked on the request/);
    const away = [call(), call('stream'), call()];
    await apart.location.start();
    const results = await Promise.all([...away, call()]);
    expect(results.map((one) => one.problem)).toEqual(results.map(() => null));
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'goes on without control, and each part comes back from disk after %s',
    async (signal) => {
      const before = (await call()).pid;
      await apart.control.stop(signal);
      for (const part of [apart.gateways[0], apart.location]) {
        await part.stop(signal);
        await part.start();
        expect(await call()).toMatchObject({ outcome: 'answered', problem: null });
        expect(await call('stream')).toMatchObject({ outcome: 'answered', problem: null });
      }
      // The model server outlived its location and was taken over.
      expect((await call()).pid).toBe(before);
      await apart.control.start();
    },
  );

  it('wakes a model from nothing while control is away', async () => {
    await apart.control.stop('SIGTERM');
    const { pid } = await call();
    process.kill(pid ?? 0, 'SIGKILL');
    expect(await call()).toMatchObject({ outcome: 'answered', problem: null });
    await apart.control.start();
  });
});

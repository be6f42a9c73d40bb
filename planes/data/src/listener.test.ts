import { connectRaw, type RawPeer, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLocation } from '../testing/fake-location.ts';
import { type RunningGateway, startGateway, testKey } from '../testing/start-gateway.ts';

let model: RawServer;
let running: RunningGateway;
let callers: RawPeer[];

async function start(config: Readonly<Record<string, string>> = {}): Promise<void> {
  model = await startRawServer();
  running = await startGateway({ location: createFakeLocation(model.target), config });
}

async function connect(): Promise<RawPeer> {
  const caller = await connectRaw({ port: running.port });
  callers.push(caller);
  return caller;
}

async function stop(): Promise<void> {
  for (const caller of callers) caller.destroy();
  await running.close();
  await model.close();
}

beforeEach(async () => {
  callers = [];
  await start();
});
afterEach(stop);

const required = `Host: run.example\r\nAuthorization: Bearer ${testKey}\r\n`;
const get = `GET /acme/models/toy HTTP/1.1\r\n${required}`;
const post = `POST /acme/models/toy HTTP/1.1\r\n${required}`;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const chunked = 'Transfer-Encoding: chunked\r\n';

/** What the model has got of requests. */
const delivered = () => model.peers.map((peer) => peer.text).join('');

describe('a refusal of bytes that are no request', () => {
  it('is as long as it says, whatever it quotes of them', async () => {
    const caller = await connect();
    caller.send(`${get}\xe9\xff\xe9: 1\r\n\r\n`);
    await waitFor('the end', () => caller.ended);
    const [head = '', body = ''] = caller.text.split('\r\n\r\n');
    expect(body).toHaveLength(Number(/content-length: (\d+)/.exec(head)?.[1]));
    expect(JSON.parse(Buffer.from(body, 'latin1').toString()).error.message).toContain('\xe9\xff\xe9');
  });
});

describe('a request that two servers could read differently', () => {
  it.each([
    ['Content-Length and Transfer-Encoding', `${post}Content-Length: 4\r\n${chunked}\r\n0\r\n\r\n`],
    ['two lengths that differ', `${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['two lengths that agree', `${post}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd`],
    ['a list of lengths', `${post}Content-Length: 4, 4\r\n\r\nabcd`],
    ['a length with a sign', `${post}Content-Length: +4\r\n\r\nabcd`],
    ['chunked not last', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['chunked twice', `${post}${chunked}${chunked}\r\n0\r\n\r\n`],
    ['a control character before chunked', `${post}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
    ['a tab before the colon', `${post}Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${get}X-A : 1\r\n\r\n`],
    ['a folded header', `${get}X-A: 1\r\n more\r\n\r\n`],
    ['bare line feeds', `${get.replaceAll('\r\n', '\n')}\n`],
    ['a bare line feed in a header', `${get}X-A: 1\nX-B: 2\r\n\r\n`],
    ['a bare carriage return in a header', `${get}X-A: 1\rX-B: 2\r\n\r\n`],
    ['a NUL in a header', `${get}X-A: 1\0\r\n\r\n`],
    ['no Host', `GET /acme/models/toy HTTP/1.1\r\nAuthorization: Bearer ${testKey}\r\n\r\n`],
    ['no version', `${get.replace(' HTTP/1.1', '')}\r\n`],
    ['half a version', `${get.replace('1.1', '1')}\r\n`],
    ['TLS', '\x16\x03\x01\x02\x00\x01'],
    ['chunked twice in one line', `${post}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
    ['an empty transfer coding', `${post}Transfer-Encoding:\r\n\r\n0\r\n\r\n`],
    ['chunked before another coding', `${post}${chunked}Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n`],
    ['an empty header name', `${get}: 1\r\n\r\n`],
    ['a header without colon', `${get}X-A\r\n\r\n`],
    ['a folded first header', `GET /acme/models/toy HTTP/1.1\r\n ${required}\r\n`],
    ['a Host with a slash', `${get.replace('run.example', 'a/b')}\r\n`],
    ['a Host with a user', `${get.replace('run.example', 'a@b')}\r\n`],
    ['a Host with a comma', `${get.replace('run.example', 'a,b')}\r\n`],
    ['a Host with a space', `${get.replace('run.example', 'a b')}\r\n`],
    ['a Host with a quote', `${get.replace('run.example', 'a"b')}\r\n`],
    ['a Host with another character than ASCII', `${get.replace('run.example', 'a\xe9b')}\r\n`],
    ['a Host with a port that is no number', `${get.replace('run.example', 'a:b')}\r\n`],
    ['a Host with a port beyond all', `${get.replace('run.example', 'a:65536')}\r\n`],
    ['a Host with half a bracket', `${get.replace('run.example', '[::1')}\r\n`],
    [
      'a bad Host beside an absolute target',
      `${get.replace('/acme', 'http://h/acme').replace('run.', '/')}\r\n`,
    ],
    ['a target that is neither path nor URL', `${get.replace('/acme', 'acme')}\r\n`],
    ['a target of another scheme', `${get.replace('/acme', 'ftp://h/acme')}\r\n`],
    ['an absolute target without a host', `${get.replace('/acme', 'http:///acme')}\r\n`],
    ['an absolute target with a user', `${get.replace('/acme', 'http://u:p@h/acme')}\r\n`],
    ['an asterisk that is no OPTIONS', `${get.replace('/acme/models/toy', '*')}\r\n`],
    ['a fragment in its target', `${get.replace('toy', 'toy#a')}\r\n`],
    ['content_length', `${post}content_length: 4\r\n\r\n`],
    ['Transfer_Encoding', `${post}Transfer_Encoding: chunked\r\n\r\n`],
    ['x_forwarded_for', `${get}X_Forwarded_For: 127.0.0.1\r\n\r\n`],
    ['half of x_forwarded-for', `${get}x_forwarded-for: 127.0.0.1\r\n\r\n`],
    ['x_beeline_execution', `${get}x_beeline_execution: 1\r\n\r\n`],
    ['x_beeline_ and what may come', `${get}x_beeline_later: 1\r\n\r\n`],
    ['x_blaxel_authorization', `${get}x_blaxel_authorization: Bearer k\r\n\r\n`],
    ['proxy_authorization', `${get}proxy_authorization: Basic k\r\n\r\n`],
    ['two Hosts', `${get}Host: other.example\r\n\r\n`],
    ['chunks in HTTP/1.0', `${post.replace('1.1', '1.0')}${chunked}\r\n0\r\n\r\n`],
    ['a space in its target', `${get.replace('toy', 'to y')}\r\n`],
    ['a control character in its target', `${get.replace('toy', 'to\x01y')}\r\n`],
    ['an upgrade with a body', `${post}Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 4\r\n\r\nabcd`],
    ['a malformed method', `GE(T${get.slice(3)}\r\n`],
  ])('is refused with 400 and the connection ends: %s', async (_what, text) => {
    const caller = await connect();
    caller.send(`${text}${get}\r\n`);
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(caller.text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(delivered()).toBe('');
  });

  it.each([
    [501, 'an unknown transfer coding', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    [
      501,
      'a known transfer coding before chunked',
      `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    ],
    [501, 'identity', `${post}Transfer-Encoding: identity\r\n\r\n`],
    [501, 'TRACE', `${get.replace('GET', 'TRACE')}\r\n`],
    [501, 'CONNECT', 'CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n'],
    [501, 'a method longer than any', `${get.replace('GET', 'G'.repeat(30))}\r\n`],
    [505, 'HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [505, 'HTTP/0.9', `${get.replace('1.1', '0.9')}\r\n`],
    [505, 'HTTP/3', `${get.replace('1.1', '3.0')}\r\n`],
    [414, 'a target longer than any', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${required}\r\n`],
    [414, 'a target without end', `GET /${'a'.repeat(40_000)}`],
  ])('is refused with %i and the connection ends: %s', async (status, _what, text) => {
    const caller = await connect();
    caller.send(`${text}${text.endsWith('a') ? '' : `${get}\r\n`}`);
    await waitFor('the end', () => caller.ended);
    expect(caller.text.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(caller.text).toContain(`"status":${status},`);
    expect(caller.text).toContain('REQUEST_INVALID');
    expect(caller.text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(delivered()).toBe('');
  });
});

describe('a chunked body', () => {
  it.each([
    ['a size beyond 64 bits', 'FFFFFFFFFFFFFFFFF\r\n'],
    ['a negative size', '-1\r\n'],
    ['more bytes than its size', '1\r\nxy\r\n0\r\n\r\n'],
    ['bare line feeds', '1\nx\n0\n\n'],
    ['5 KB of extensions', `1;${'a'.repeat(5_000)}\r\nx\r\n0\r\n\r\n`],
  ])('with %s is never completed towards the model', async (_what, body) => {
    const caller = await connect();
    caller.send(`${post}${chunked}\r\n${body}`);
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(caller.text).toContain('REQUEST_INVALID');
    expect(delivered()).not.toContain('0\r\n\r\n');
    await waitFor('the exchange to end', () => running.gateway.exchanges === 0);
  });
});

describe('a head', () => {
  it('of more than 32 KiB is refused with 431', async () => {
    const caller = await connect();
    caller.send(`${get}X: ${'a'.repeat(33_000)}\r\n\r\n`);
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toMatch(/^HTTP\/1\.1 431 [\s\S]*at most 32 KiB/);
  });

  it('with more lines than allowed is refused with 400', async () => {
    const caller = await connect();
    caller.send(`${get}${'X: 1\r\n'.repeat(201)}\r\n`);
    expect(await caller.until('at most 200 header lines')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('that does not arrive in time is refused with 408', async () => {
    await stop();
    await start({ requestHeadTimeout: '40ms' });
    const caller = await connect();
    caller.send(get);
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toMatch(/^HTTP\/1\.1 408 [\s\S]*did not arrive in time/);
  });

  it.each([
    ['http://other.example:81/acme/models/toy/a?b=%20', 'GET /a?b=%20 ', 'other.example:81'],
    ['HTTPS://[::1]:8443/acme/models/toy', 'GET / ', '[::1]:8443'],
  ])('may name its target absolutely, and the host of %s counts', async (target, line, host) => {
    const caller = await connect();
    caller.send(`${get.replace('/acme/models/toy', target)}\r\n`);
    const sent = await (await model.peer(0)).until('\r\n\r\n');
    expect(sent.startsWith(line)).toBe(true);
    expect(sent.match(/^host: .*$/gim)).toEqual([`host: ${host}`]);
    expect(sent).toContain(`x-forwarded-host: ${host}\r\n`);
    expect(sent).not.toContain('run.example');
  });

  it.each(['run.example:', '127.0.0.1:80', '[fe80::1]', 'my_service', 'xn--bcher-kva.example', ''])(
    'may name the host %j',
    async (host) => {
      const caller = await connect();
      caller.send(`GET /nothing HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(await caller.until('ROUTE_NOT_FOUND')).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it('of a later minor version is read as HTTP/1.1', async () => {
    const caller = await connect();
    caller.send(`${get.replace('1.1', '1.2')}\r\n`);
    expect(await (await model.peer(0)).until('\r\n\r\n')).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
  });

  it('may have underscores that imitate nothing', async () => {
    const caller = await connect();
    caller.send(`${get}x_trace_id: 7\r\n\r\n`);
    expect(await (await model.peer(0)).until('\r\n\r\n')).toContain('x_trace_id: 7\r\n');
  });

  it('asks for what is on the way to the model: that is answered here', async () => {
    const caller = await connect();
    caller.send('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await caller.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 0/);
    caller.clear();
    caller.send(`${get.replace('GET', 'OPTIONS')}Max-Forwards: 0\r\n\r\n`);
    expect(await caller.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(delivered()).toBe('');
  });

  it.each([
    ['OPTIONS', '7', 'max-forwards: 6\r\n'],
    ['OPTIONS', 'seven', null],
    ['GET', '7', null],
  ])('of %s with Max-Forwards: %s counts down, or leaves it out', async (method, count, line) => {
    const caller = await connect();
    caller.send(`${get.replace('GET', method)}Max-Forwards: ${count}\r\n\r\n`);
    const sent = await (await model.peer(0)).until('\r\n\r\n');
    expect(sent.match(/^max-forwards.*\r\n/im)?.[0] ?? null).toBe(line);
  });

  it('that says twice how long its connection is to last is over after its answer', async () => {
    const caller = await connect();
    caller.send(`GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n`);
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toContain('connection: close');
  });

  it('with another expectation than 100-continue is refused with 417', async () => {
    const caller = await connect();
    caller.send(`${post}Content-Length: 4\r\nExpect: 200-ok\r\n\r\n`);
    expect(await caller.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 417 /);
    expect(delivered()).toBe('');
  });
});

describe('an answer of the model', () => {
  it('cannot add headers of its own by a line feed', async () => {
    const caller = await connect();
    caller.send(`${get}\r\n`);
    (await model.peer(0)).send('HTTP/1.1 200 OK\r\nX-A: 1\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('REPLICA_LOST')).not.toContain('Set-Cookie');
  });
});

describe('a connection', () => {
  it('beyond the limit is refused with 503, and one that ends makes room', async () => {
    await stop();
    callers = [];
    await start({ maxConnections: '1' });
    const first = await connect();
    first.send(`${get}\r\n`);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    const second = await connect();
    second.send(`${get}\r\n`);
    await waitFor('the end', () => second.ended);
    expect(second.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*already has 1 connections/);
    expect(second.failed).toBe(false);
    first.destroy();
    await waitFor('room', async () => {
      const next = await connect();
      next.send('GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n');
      return (await next.until('HTTP/1.1 ')).startsWith('HTTP/1.1 404');
    });
    expect(model.peers).toHaveLength(1);
  });

  it('has its pipelined requests sent on and answered one after the other', async () => {
    const caller = await connect();
    caller.send(`${get.replace('toy', 'toy/1')}\r\n${get.replace('toy', 'toy/2')}\r\n`);
    const peer = await model.peer(0);
    await peer.until('GET /1');
    expect(running.gateway.exchanges).toBe(1);
    peer.send(ok);
    await peer.until('GET /2');
    peer.send(ok.replace('ok', 'no'));
    const text = await caller.until('no');
    expect(text.indexOf('ok')).toBeLessThan(text.indexOf('no'));
  });

  it('that the caller half-closes is one that it left', async () => {
    const caller = await connect();
    caller.send(`${get}\r\n`);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    caller.socket.end();
    await waitFor('the exchange to end', () => running.gateway.exchanges === 0);
    await waitFor('the upstream to be told', () => peer.ended);
    expect(caller.text).toBe('');
  });

  it.each([
    ['ends after the answer', '', 'close'],
    ['stays when the caller asks for it', 'Connection: keep-alive\r\n', 'keep-alive'],
  ])('of HTTP/1.0 %s', async (_what, line, expected) => {
    const caller = await connect();
    caller.send(`${get.replace('1.1', '1.0')}${line}\r\n`);
    (await model.peer(0)).send(ok);
    expect((await caller.until('ok')).toLowerCase()).toContain(`connection: ${expected}`);
    if (expected === 'close') await waitFor('the end', () => caller.ended);
    else {
      caller.clear();
      caller.send('GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n');
      await caller.until('404');
    }
  });

  it('of HTTP/1.0 gets a chunked answer without chunks, up to the end of the connection', async () => {
    const caller = await connect();
    caller.send(`${get.replace('1.1', '1.0')}\r\n`);
    (await model.peer(0)).send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n');
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toMatch(/\r\n\r\nok$/);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawPeer, type RawServer, startRawServer, waitFor } from '../testing/index.ts';
import { type RunningRelay, startRelay } from './testing/start-relay.ts';

let upstream: RawServer;
let relay: RunningRelay;
let caller: RawPeer;

beforeEach(async () => {
  upstream = await startRawServer();
  relay = await startRelay(upstream.target);
  caller = await relay.connect();
});

afterEach(async () => {
  await relay.close();
  await upstream.close();
});

const get = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Replaces the relay by one with other options. */
async function restart(...options: Parameters<typeof startRelay>): Promise<void> {
  await relay.close();
  relay = await startRelay(...options);
  caller = await relay.connect();
}

describe('request heads', () => {
  it('go on in order and spelling, without what belongs to the hop or stays behind', async () => {
    caller.send(
      'GET /p%20q/..//r?x=%2f HTTP/1.1\r\nHost: example.org\r\nX-First: 1\r\nConnection: close, X-Hop\r\nX-Hop: gone\r\n' +
        'Keep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Authorization: p\r\nX-Secret: s\r\nX-Added: forged\r\nx-LAST: \xe9\r\n\r\n',
    );
    const peer = await upstream.peer(0);
    expect(await peer.until('\r\n\r\n')).toBe(
      'GET /p%20q/..//r?x=%2f HTTP/1.1\r\nHost: example.org\r\nX-First: 1\r\nx-LAST: \xe9\r\nx-added: by-relay\r\n\r\n',
    );
    peer.send(ok);
    await caller.until('ok');
  });

  it('cannot lose Host on the word of a Connection header', async () => {
    caller.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: host, content-type\r\nContent-Type: a/b\r\n\r\n');
    const text = await (await upstream.peer(0)).until('\r\n\r\n');
    expect(text).toContain('Host: h\r\nContent-Type: a/b\r\n');
  });

  it('get a Host when an HTTP/1.0 caller sent none', async () => {
    caller.send('GET / HTTP/1.0\r\n\r\n');
    const peer = await upstream.peer(0);
    expect(await peer.until('\r\n\r\n')).toContain('\r\nhost: localhost\r\n');
    peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n');
    const text = await caller.until('ok');
    expect(text.toLowerCase()).not.toContain('transfer-encoding');
    await waitFor('the end', () => caller.ended);
  });
});

describe('request bodies', () => {
  it('of a declared length keep it', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234');
    const peer = await upstream.peer(0);
    expect(await peer.until('01234')).toContain('content-length: 10\r\n\r\n01234');
    caller.send('56789');
    await peer.until('0123456789');
    peer.send(ok);
    await caller.until('ok');
    expect(await relay.outcome(0)).toMatchObject({
      ended: 'complete',
      requestBytes: 10,
      responseBytes: 2,
      status: 200,
    });
  });

  it('in chunks are framed anew as they come, trailers included', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n');
    const peer = await upstream.peer(0);
    expect(await peer.until('abc')).toContain('transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n');
    caller.send('2\r\nde\r\n0\r\nX-Sum: 5\r\nHost: evil\r\nAuthorization: evil\r\n\r\n');
    expect(await peer.until('0\r\n')).toMatch(/2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n$/);
    peer.send(ok);
    await caller.until('ok');
  });

  it.each([
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['another coding', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a coding that ends otherwise', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['two codings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a negative length', 'Content-Length: -3\r\n\r\nabc'],
    ['a length with a sign', 'Content-Length: +3\r\n\r\nabc'],
  ])('with %s never reach an upstream', async (_name, rest) => {
    caller.send(`POST / HTTP/1.1\r\nHost: h\r\n${rest}`);
    expect(await caller.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 (400|501|599) /);
    await waitFor('the end', () => caller.ended);
    expect(upstream.peers.map((peer) => peer.text).join('')).toBe('');
  });

  it('cannot bring in their trailers what stays behind in a head', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
    caller.send('0\r\nX-Secret: s\r\nx-added: forged\r\nX-Sum: 5\r\n\r\n');
    const peer = await upstream.peer(0);
    expect(await peer.until('\r\n0\r\n')).toMatch(/\r\n0\r\nX-Sum: 5\r\n\r\n$/);
    peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-HIDDEN: h\r\nX-Told: 1\r\n\r\n');
    expect(await caller.until('X-Told')).not.toContain('X-HIDDEN');
  });

  it('in very small pieces arrive whole, also at a second target', async () => {
    await restart({ socketPath: '/nowhere/at/all' }, { fallback: upstream.target });
    const text = Array.from({ length: 3_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    const chunks = [...text].map((letter) => `1\r\n${letter}\r\n`).join('');
    caller.send(`POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    const peer = await upstream.peer(0);
    const sent = await peer.until('\r\n0\r\n\r\n');
    const body = sent.slice(sent.indexOf('\r\n\r\n') + 4);
    expect(body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, '').trim()).toBe(text);
    peer.send(ok);
    await caller.until('ok');
  });

  it('over the limit end the exchange', async () => {
    await restart(upstream.target, { maxRequestBytes: 8 });
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n');
    await (await upstream.peer(0)).until('abcde');
    caller.send('5\r\nfghij\r\n');
    expect(await caller.until('599')).toContain('relay failed');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'request-too-large', headSent: false });
    await waitFor('the upstream to be cut', () => upstream.peers[0]?.ended);
  });

  it('over the limit before anybody took them are sent to nobody', async () => {
    await restart(upstream.target, { maxRequestBytes: 8 });
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789');
    await caller.until('599');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'request-too-large', headSent: false });
    expect(upstream.peers).toHaveLength(0);
  });

  it('need not be complete when the answer is', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc');
    const peer = await upstream.peer(0);
    await peer.until('abc');
    peer.send('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
    expect(await caller.until('big')).toContain('413');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', status: 413 });
    await waitFor('the connection not to be used again', () => peer.ended);
  });
});

describe('answers', () => {
  it('come back with their headers, without the hop', async () => {
    caller.send(get);
    (await upstream.peer(0)).send(
      'HTTP/1.1 418 I am a teapot\r\nX-A: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nDate: then\r\nContent-Length: 2\r\n\r\nok',
    );
    expect(await caller.until('ok')).toMatch(
      /^HTTP\/1\.1 418 I am a teapot\r\nX-A: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nDate: then\r\nx-relayed: yes\r\ncontent-length: 2\r\n\r\nok$/,
    );
  });

  it('are complete however their bytes are cut', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n';
    caller.send(get);
    const peer = await upstream.peer(0);
    peer.socket.setNoDelay(true);
    for (const byte of answer) {
      peer.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const body = (await caller.until('X-T: 1\r\n\r\n')).split('\r\n\r\n').slice(1).join('');
    expect(body.replaceAll(/1\r\n(.)\r\n/g, '$1')).toBe('hello world0\r\nX-T: 1');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', responseBytes: 11 });
  });

  it('give their head before there is a body, and each event when it comes', async () => {
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    await caller.until('text/event-stream');
    peer.send('9\r\ndata: 1\n\n\r\n');
    await caller.until('data: 1\n\n');
    peer.send('9\r\ndata: 2\n\n\r\n');
    await caller.until('data: 2\n\n');
    peer.send('0\r\n\r\n');
    await caller.until('0\r\n\r\n');
  });

  it('that end with the connection are complete then', async () => {
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    await caller.until('until the end');
    peer.socket.end();
    await caller.until('0\r\n\r\n');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', responseBytes: 13 });
  });

  it.each(['204 No Content', '304 Not Modified'])('%s have no body', async (status) => {
    caller.send(get);
    (await upstream.peer(0)).send(`HTTP/1.1 ${status}\r\nETag: "x"\r\n\r\n`);
    expect(await caller.until('\r\n\r\n')).toContain(status);
    caller.send(get);
    (await upstream.peer(0)).send(ok);
    await caller.until('ok');
    expect(upstream.peers).toHaveLength(1);
  });

  it('to HEAD keep the length and have no body', async () => {
    caller.send('HEAD / HTTP/1.1\r\nHost: h\r\n\r\n');
    (await upstream.peer(0)).send('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
    expect(await caller.until('\r\n\r\n')).toContain('content-length: 5000');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', responseBytes: 0 });
  });

  it('that are interim end at this hop', async () => {
    caller.send(get);
    const peer = await upstream.peer(0);
    peer.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');
    peer.send(ok);
    expect(await caller.until('ok')).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it.each([
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['a coding that is not known', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['a lone LF in a header', 'HTTP/1.1 200 OK\r\nX-A: 1\nSet-Cookie: evil=1\r\n\r\n'],
    ['a lone CR in a header', 'HTTP/1.1 200 OK\r\nX-A: 1\rSet-Cookie: evil=1\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\n\r\n'],
    ['a space in a header name', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n'],
    ['no status line', 'hello\r\n\r\n'],
    ['a switch that nobody asked for', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(70_000)}`],
  ])('with %s are not passed on', async (_name, answer) => {
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send(answer);
    expect(await caller.until('relay failed')).toMatch(/^HTTP\/1\.1 599 /);
    expect(caller.text).not.toContain('evil');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'upstream-broken', headSent: false, status: 0 });
    await waitFor('the upstream to be cut', () => peer.ended);
  });
});

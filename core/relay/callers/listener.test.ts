import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createBoundedCount } from '../../base/index.ts';
import { connectRaw, createFakeClock, type RawPeer, rawPeer, waitFor } from '../../testing/index.ts';
import type { CallerRequest } from './caller-request.ts';
import { foreignServer } from './foreign-server.ts';
import { createListener, type Listener } from './listener.ts';

const clock = createFakeClock();
let listener: Listener | null = null;
const callers: RawPeer[] = [];

/** Starts a listener and connects to it. */
async function open(
  onRequest: (request: CallerRequest) => void,
  options: { readonly connections?: number; readonly minBodyRate?: number } = {},
): Promise<RawPeer> {
  listener = createListener({
    clock,
    maxHeadBytes: 1_024,
    headTimeoutMs: 400,
    keepAliveMs: 4_000,
    connections: createBoundedCount(options.connections ?? 100),
    minBodyRate: options.minBodyRate ?? 0,
    onRequest,
    renderMalformed: (status, message) => `HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n${message}`,
    renderFull: () => 'HTTP/1.1 503 Full\r\nconnection: close\r\n\r\n',
    foreign: foreignServer(
      (head) => head.target.startsWith('/foreign'),
      (request, response) => {
        request.on('data', (bytes) => response.write(bytes));
        request.on('end', () => response.end('from elsewhere'));
      },
    ),
  });
  const { server } = listener;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return connect();
}

async function connect(): Promise<RawPeer> {
  const address = listener?.server.address() as AddressInfo;
  const caller = await connectRaw({ port: address.port });
  callers.push(caller);
  return caller;
}

afterEach(async () => {
  for (const caller of callers.splice(0)) caller.destroy();
  listener?.cut();
  await listener?.close();
});

const get = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n';
const say = (body: string) => (request: CallerRequest) => request.answer(200, 'OK', '', body);

/** Lets the clock run until something holds. */
function until(what: string, holds: () => boolean): Promise<unknown> {
  return waitFor(what, () => {
    clock.advance(100);
    return holds();
  });
}

describe('a head', () => {
  it('may come byte by byte', async () => {
    const caller = await open((request) => request.answer(200, 'OK', '', request.head.target));
    for (const byte of `\r\n${get}`) {
      caller.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await caller.until('/a')).toContain('content-length: 2');
  });

  it('over the limit is refused, whether its end is there or not', async () => {
    const caller = await open(say('ok'));
    caller.send(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(1_024)}`);
    expect(await caller.until('at most 1 KiB')).toContain('431');
    const other = await connect();
    other.send(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(1_024)}\r\n\r\n`);
    expect(await other.until('at most 1 KiB')).toContain('431');
  });

  it('that stands still is refused', async () => {
    const caller = await open(say('ok'));
    caller.send('GET / HTTP/1.1\r\nHost');
    await until('the refusal', () => caller.text.includes('408'));
    await waitFor('the end', () => caller.ended);
  });
});

describe('an answer', () => {
  it('that comes before the body keeps the connection when little is left of it', async () => {
    const caller = await open(say('early'));
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234');
    await caller.until('early');
    caller.clear();
    caller.send(`56789${get}`);
    expect(await caller.until('early')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('that comes before a long body, or one of unknown length, ends the connection without losing itself', async () => {
    const caller = await open(say('early'));
    caller.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(100_000)}`);
    expect(await caller.until('early')).toContain('connection: close');
    await waitFor('the end', () => caller.ended);
    expect(caller.failed).toBe(false);
    const other = await connect();
    other.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
    expect(await other.until('early')).toContain('connection: close');
  });

  it('before a body that never comes ends the connection after a while', async () => {
    const caller = await open(say('early'));
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234');
    await caller.until('early');
    await until('the end', () => caller.ended);
  });

  it('to HEAD has no body, and 204 has no length', async () => {
    const caller = await open((request) =>
      request.answer(request.head.method === 'HEAD' ? 200 : 204, 'OK', '', 'text'),
    );
    caller.send(get.replace('GET', 'HEAD') + get);
    const text = await caller.until('204');
    expect(text).toMatch(/content-length: 4\r\n\r\nHTTP\/1\.1 204 /);
    expect(text.match(/content-length/g)).toHaveLength(1);
  });

  it('of unknown length is sent in chunks, piece by piece', async () => {
    let answered: CallerRequest | null = null;
    const caller = await open((request) => {
      answered = request;
      request.begin(200, 'OK', '', -1);
      request.flush();
    });
    caller.send(get);
    await caller.until('transfer-encoding: chunked\r\n\r\n');
    const request = await waitFor('the request', () => answered as CallerRequest | null);
    request.write(Buffer.from('abc'));
    await caller.until('3\r\nabc\r\n');
    request.end(['x-t', '1']);
    await caller.until('0\r\nx-t: 1\r\n\r\n');
  });
});

describe('a connection', () => {
  it('answers a thousand requests that were sent at once, in their order', async () => {
    let count = 0;
    const caller = await open((request) => {
      count += 1;
      const number = count;
      if (number % 3 === 0) setImmediate(() => request.answer(200, 'OK', '', `<${number}>`));
      else request.answer(200, 'OK', '', `<${number}>`);
    });
    caller.send(get.repeat(1_000));
    const text = await caller.until('<1000>');
    const numbers = [...text.matchAll(/<(\d+)>/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });

  it('is not read further while its answers are not taken', async () => {
    let count = 0;
    const caller = await open((request) => {
      count += 1;
      request.answer(200, 'OK', '', 'x'.repeat(50_000));
    });
    caller.socket.pause();
    caller.send(get.repeat(2_000));
    await waitFor('some answers', () => count > 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(count).toBeLessThan(1_000);
    caller.socket.resume();
    await waitFor('all answers', () => count === 2_000);
  });

  it('ends when it is not used, and when the caller ends it', async () => {
    const caller = await open(say('ok'));
    caller.send(get);
    await caller.until('ok');
    await until('the end', () => caller.ended);
    const other = await connect();
    other.socket.end();
    await waitFor('the end', () => other.ended);
  });

  it('that waits to be accepted is let in before the listener closes', async () => {
    await open(say('taken'));
    const address = listener?.server.address() as AddressInfo;
    const { port } = address;
    const late = Array.from({ length: 40 }, () => rawPeer(createConnection(port, '127.0.0.1')));
    callers.push(...late);
    // The handshakes are over, and none has been accepted: nothing of ours ran in between.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    const stopped = listener?.stopListening();
    for (const caller of late) caller.send(get);
    await stopped;
    for (const caller of late) await caller.until('taken');
    await expect(connectRaw({ port })).rejects.toThrow('ECONNREFUSED');
  });

  it('says with its last answer that the listener closes, and unused ones end at once', async () => {
    let last: CallerRequest | null = null;
    const caller = await open((request) => {
      last = request;
    });
    const unused = await connect();
    caller.send(get);
    const request = await waitFor('the request', () => last as CallerRequest | null);
    const closed = listener?.close();
    await waitFor('the end of the unused one', () => unused.ended);
    request.answer(200, 'OK', '', 'last');
    expect(await caller.until('last')).toContain('connection: close');
    await waitFor('the end', () => caller.ended);
    caller.destroy();
    await closed;
  });

  it('beyond the limit is refused, and does not count', async () => {
    const first = await open(say('ok'), { connections: 1 });
    first.send(get);
    await first.until('ok');
    const second = await connect();
    await second.until('503 Full');
    await waitFor('the end', () => second.ended);
    first.destroy();
    await waitFor('room', async () => {
      const third = await connect();
      third.send(get);
      return (await third.until('HTTP/1.1 ')).includes('200');
    });
  });
});

describe('a body that has to come at 10 bytes per second', () => {
  let request: CallerRequest | null = null;
  const received = () => request?.body?.bytes;

  /** Sends a head and gives the request that it makes; problems of its body are answered. */
  async function begin(lines: string): Promise<RawPeer> {
    request = null;
    const caller = await open(
      (made) => {
        request = made;
        const onMalformed = (problem: string) => made.answer(400, 'No', '', problem);
        made.body?.limit(Number.POSITIVE_INFINITY, { onTooLarge() {}, onMalformed });
      },
      { minBodyRate: 10 },
    );
    caller.send(`POST / HTTP/1.1\r\nHost: h\r\n${lines}\r\n`);
    await waitFor('the request', () => request);
    return caller;
  }

  it.each(['Content-Length: 900\r\n', 'Transfer-Encoding: chunked\r\n'])(
    'and drips (%j) is given up after a minute',
    async (framing) => {
      const caller = await begin(framing);
      for (let count = 1; count <= 6; count += 1) {
        caller.send(framing.startsWith('Content') ? 'x' : '1\r\nx\r\n');
        await waitFor('the byte', () => received() === count);
        expect(caller.text).toBe('');
        await clock.advance(10_000);
      }
      expect(await caller.until('10 bytes per second')).toMatch(/connection: close/);
      await waitFor('the end', () => caller.ended);
    },
  );

  it('and does may take as long as it likes', async () => {
    const caller = await begin('Content-Length: 9000\r\n');
    for (let count = 1; count <= 5; count += 1) {
      caller.send('x'.repeat(610));
      await waitFor('the bytes', () => received() === count * 610);
      await clock.advance(59_000);
    }
    expect(caller.text).toBe('');
    await clock.advance(62_000);
    await caller.until('10 bytes per second');
  });

  it.each([
    ['nobody reads it', 'Content-Length: 900000\r\n', 'x'.repeat(400_000)],
    ['its caller waits to be asked for it', 'Content-Length: 9\r\nExpect: 100-continue\r\n', ''],
  ])('is not given up while %s', async (_why, lines, bytes) => {
    const caller = await begin(lines);
    caller.send(bytes);
    await waitFor('the bytes', () => bytes === '' || (received() ?? 0) > 65_536);
    await clock.advance(600_000);
    expect(request?.body?.problem).toBeNull();
  });

  it('is not given up once the answer has begun: both may then speak when they like', async () => {
    await begin('Content-Length: 9\r\n');
    const answered = await waitFor('the request', () => request as CallerRequest | null);
    answered.begin(200, 'OK', '', -1);
    answered.flush();
    await clock.advance(600_000);
    expect(answered.body?.problem).toBeNull();
  });
});

describe('a request that another server owns', () => {
  it('is answered there with its body, after others on the same connection, and ends it', async () => {
    const caller = await open(say('mine'));
    caller.send(get);
    await caller.until('mine');
    caller.clear();
    caller.send('POST /foreign HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234');
    await caller.until('01234');
    caller.send('56789');
    const text = await caller.until('from elsewhere');
    expect(text.toLowerCase()).toContain('connection: close');
    await waitFor('the end', () => caller.ended);
    expect(caller.failed).toBe(false);
  });

  it('waits for the answer before it', async () => {
    let held: CallerRequest | null = null;
    const caller = await open((request) => {
      held = request;
    });
    caller.send(get + get.replace('/a', '/foreign'));
    const request = await waitFor('the request', () => held as CallerRequest | null);
    request.answer(200, 'OK', '', 'mine');
    expect(await caller.until('from elsewhere')).toMatch(/mine[\s\S]*from elsewhere/);
  });
});

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

/** A server that answers every request with the same bytes and closes; `reset` breaks the connection instead. */
async function startServer(answer: string, ending: 'close' | 'reset' = 'close') {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      if (ending === 'close') socket.end(answer);
      else socket.write(answer, () => setImmediate(() => socket.resetAndDestroy()));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(done);
        for (const socket of open) socket.destroy();
      }),
  };
}

const cutChunked =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n';
const cutJson = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":';
const answered = (head: string, body: string) =>
  `HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
const html = answered('200 OK\r\nContent-Type: text/html', '<html>welcome</html>');

describe('a server that breaks', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());

  /** The end of one command against such a server; retries happen on a clock that goes on. */
  async function endOf(argv: readonly string[], answer: string, ending?: 'close' | 'reset') {
    const server = await startServer(answer, ending);
    const env = { BL_API_URL: `${server.origin}/v0`, BL_RUN_URL: server.origin };
    let ended = false;
    const running = bl.start(argv, { env });
    void running.ended.then(() => {
      ended = true;
    });
    while (!ended) {
      await bl.clock.advance(100);
      await new Promise((done) => setImmediate(done));
    }
    await server.close();
    return await running.ended;
  }

  const run = ['run', 'model', 'm'];
  it.each([
    [
      run,
      cutChunked,
      'close',
      6,
      /^error: the answer was cut off: the connection broke: \S+, after 9 bytes from http:/,
    ],
    [run, cutChunked, 'reset', 6, /^error: the answer was cut off/],
    [[...run, '--stream'], cutChunked, 'close', 6, /^error: the answer was cut off/],
    [run, cutJson, 'close', 6, /^error: the answer was cut off: .* after 5 bytes/],
    [run, '', 'close', 6, /closed the connection before it answered; try again/],
    [run, 'SSH-2.0-OpenSSH\r\n', 'close', 6, /does not answer in HTTP \(.+\); check the address/],
    [
      run,
      answered('302 Found\r\nLocation: https://x/', ''),
      'close',
      1,
      /the answer was 302 Found, which points to https:\/\/x\//,
    ],
    [
      run,
      answered('400 Bad Request\r\nx-beeline-error-code: X', '<html>'),
      'close',
      2,
      /answered 400 and not as this API does/,
    ],
    [['get', 'models'], cutJson, 'close', 6, /^error: the answer was cut off/],
    [['get', 'models'], html, 'close', 6, /answered with something that is not JSON; check that the address/],
    [
      ['get', 'models'],
      answered('200 OK', '{"status":"ok"}'),
      'close',
      6,
      /GET \/models with JSON that is not a platform's/,
    ],
    [['get', 'models'], answered('200 OK', '[null]'), 'close', 6, /with JSON that is not a platform's/],
    [['get', 'models'], answered('200 OK', ''), 'close', 6, /with JSON that is not a platform's/],
    [
      ['get', 'models'],
      answered('301 Moved\r\nLocation: https://x/', ''),
      'close',
      6,
      /answered 301 and points to https:\/\/x\/; set the address/,
    ],
    [
      ['get', 'models'],
      answered('502 Bad Gateway\r\nContent-Type: text/html', '<html>'),
      'close',
      6,
      /answered 502 and not as this API does/,
    ],
    [['get', 'policy', 'p'], answered('200 OK', '[]'), 'close', 6, /with JSON that is not a platform's/],
    [['logs', 'model', 'm'], cutJson, 'close', 6, /^error: the answer was cut off/],
    [['top', '--once'], cutJson, 'reset', 6, /^error: the answer was cut off/],
    [['delete', 'model', 'm'], '', 'close', 6, /closed the connection before it answered/],
    [['activate', 'm'], html, 'close', 6, /something that is not JSON/],
  ] as const)('%j after %j (%s) ends with %d', async (argv, answer, ending, code, message) => {
    const ended = await endOf(argv, answer, ending);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(ended.stderr).not.toContain('bl itself failed');
  });

  it('has what came before the break printed', async () => {
    expect((await endOf(run, cutJson)).stdout).toBe('{"a":');
    expect((await endOf(run, cutChunked)).stdout).toBe('data: 1\n\n');
  });

  it('is told of an apply that it cut, document by document', async () => {
    await bl.write(
      'm.yaml',
      'apiVersion: beeline.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec: {runtime: {model: file:/m}}\n',
    );
    const { code, stderr } = await endOf(['apply', '-f', 'm.yaml'], cutJson);
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/^error: m.yaml: Model a \(production\): the answer was cut off/),
    ]);
  });

  it('that has no name, no listener or another protocol is told by what to do', async () => {
    const said = async (runUrl: string) => (await bl.run(run, { env: { BL_RUN_URL: runUrl } })).stderr;
    const gone = await startServer('');
    await gone.close();
    expect(await said('http://127.0.0.1:1')).toMatch(/one that HTTP clients refuse/);
    expect(await said(gone.origin)).toMatch(/nothing listens at http:\/\/127.0.0.1:\d+; start the platform/);
    expect(await said('http://name.invalid')).toMatch(
      /the host name of http:\/\/name.invalid is not known here/,
    );
    expect(await said(bl.platform.runUrl.replace('http:', 'https:'))).toMatch(
      /does not speak TLS|closed the connection/,
    );
  });

  it('never gets to see a key that no header can carry, and nor does the reader of the error', async () => {
    for (const argv of [run, ['get', 'models']]) {
      const { code, stderr } = await bl.run(argv, { env: { BL_API_KEY: 'bl_hush\nhush' } });
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^error: the API key is empty or has a blank/),
      ]);
      expect(stderr).not.toContain('hush');
    }
  });
});

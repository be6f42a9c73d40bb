import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connectRaw, mutate, numbers, waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeLocation } from '../testing/fake-location.ts';
import { type RunningGateway, startGateway, testKey } from '../testing/start-gateway.ts';

const peer = new URL('../testing/h11-peer.py', import.meta.url).pathname;
const hasPeer = spawnSync('python3', ['-c', 'import h11']).status === 0;
if (!hasPeer)
  console.warn('skipped: Python with h11 is missing (tools/install-test-dependencies installs it)');

/** Another one on each run; the name of the test has it, to be put here. */
const seed = randomInt(2 ** 32);
const rounds = 1_500;

const required = `Host: h\r\nAuthorization: Bearer ${testKey}\r\n`;
const after = `GET /acme/models/toy/after HTTP/1.1\r\n${required}Connection: close\r\n\r\n`;
const seeds = [
  `GET /acme/models/toy/first?a=b HTTP/1.1\r\n${required}X-A: b c\r\n\r\n`,
  `POST /acme/models/toy/first HTTP/1.1\r\n${required}Content-Length: 3\r\n\r\nabc`,
  `POST /acme/models/toy/first HTTP/1.1\r\n${required}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n`,
  `GET http://other:80/acme/models/toy/first HTTP/1.1\r\n${required}\r\n`,
];
const pieces = [
  ...[
    '\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    ':',
    '\0',
    '\x0b',
    'a',
    '0',
    '3',
    ',',
    ';',
    '"',
    '\x7f',
    '\xff',
    '_',
    '#',
  ],
  ...['Content-Length: 3\r\n', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: other\r\n'],
  ...[
    'Connection: x-a, host\r\n',
    'Upgrade: h2c\r\n',
    'X-A: b\r\n',
    '0\r\n\r\n',
    'GET /smuggled HTTP/1.1\r\n',
  ],
];

interface Judgement {
  readonly answers: readonly { readonly status: number; readonly body: string }[];
  readonly problem: string | null;
}

describe.skipIf(!hasPeer)('what passes a gateway', () => {
  let process: ChildProcess;
  let judgePort = 0;
  let running: RunningGateway;

  beforeAll(async () => {
    process = spawn('python3', [peer], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(process.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const [modelPort = 0, judge = 0] = JSON.parse(line.toString()) as number[];
    judgePort = judge;
    running = await startGateway({
      location: createFakeLocation({ host: '127.0.0.1', port: modelPort }),
      // What is not complete ends by these.
      config: { requestHeadTimeout: '100ms', idleTimeout: '100ms' },
    });
  });
  afterAll(async () => {
    await running.close();
    process.stdin?.end();
    await once(process, 'exit');
  });

  /** All that the gateway says to a caller up to the end of its connection; that of a reset one counts for nothing. */
  async function answersTo(text: string): Promise<string> {
    const caller = await connectRaw({ port: running.port });
    caller.send(text);
    await waitFor('the end', () => caller.ended);
    const said = caller.failed ? '' : caller.text;
    caller.destroy();
    return said;
  }

  async function judge(bytes: string): Promise<Judgement> {
    const socket = await connectRaw({ port: judgePort });
    socket.socket.end(Buffer.from(bytes, 'latin1'));
    await waitFor('the judgement', () => socket.ended);
    return JSON.parse(socket.text) as Judgement;
  }

  it(`is the same requests to h11, and answers that it can read; seed ${seed}`, async () => {
    const next = numbers(seed);
    let served = 0;
    for (let round = 0; round < rounds; round += 1) {
      const text = mutate(next, seeds, pieces);
      const { answers, problem } = await judge(await answersTo(text + after));
      expect(problem, JSON.stringify(text)).toBeNull();
      expect(answers.length, JSON.stringify(text)).toBeLessThanOrEqual(2);
      for (const { status, body } of answers) {
        expect(body, JSON.stringify(text)).not.toContain('"refused"');
        if (status !== 200) continue;
        served += 1;
        const seen = (body === '' ? {} : JSON.parse(body)) as { target?: string; body?: string };
        expect(seen.target ?? '', JSON.stringify(text)).not.toContain('smuggled');
        if (seen.target === '/after') expect(seen.body, JSON.stringify(text)).toBe('');
      }
    }
    expect(served).toBeGreaterThan(rounds / 10);
  });
});

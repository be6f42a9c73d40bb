import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * A model server that only pretends: it serves `/health`, `/info` and `POST /` on the Unix socket that its first
 * argument names, and misbehaves as its second argument, a JSON object, tells it to.
 */
interface Behaviour {
  readonly loadMs?: number;
  readonly neverReady?: boolean;
  /** Has no model until it is told one at `/claim`: answers 200 there while it waits. */
  readonly waits?: boolean;
  /** Answers a claim with this instead. */
  readonly refuseClaim?: number;
  readonly exitWhileLoading?: number;
  readonly ignoreTerm?: boolean;
  /** How long it takes to end after its last answer. */
  readonly stopMs?: number;
  readonly grandchildren?: boolean;
  readonly floodLines?: number;
  readonly lines?: readonly string[];
  /** How long an answer takes. */
  readonly answerMs?: number;
  /** Processor time that an answer costs. */
  readonly burnMs?: number;
}

const socketPath = process.argv[2] ?? '';
const behaviour = JSON.parse(process.argv[3] ?? '{}') as Behaviour;
function burn(ms: number): void {
  const before = process.cpuUsage();
  for (let used = 0; used < ms; ) {
    const { user, system } = process.cpuUsage(before);
    used = (user + system) / 1_000;
  }
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const line of behaviour.lines ?? []) console.log(line);
for (let index = 0; index < (behaviour.floodLines ?? 0); index += 1) console.log(`line ${index}`);
process.on('SIGTERM', () => {
  if (behaviour.ignoreTerm === true) return;
  server.close(() => setTimeout(() => process.exit(0), behaviour.stopMs ?? 0));
  server.closeIdleConnections();
});
if (behaviour.grandchildren === true) {
  spawn('/bin/sleep', ['600'], { stdio: 'ignore' }).unref();
  spawn('/bin/sleep', ['600'], { stdio: 'ignore', detached: true }).unref();
}

let loaded = false;
let waiting = behaviour.waits === true;
const loadMs = behaviour.loadMs ?? 0;
const server = createServer((request, response) => {
  const json = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.url === '/claim' && request.method === 'GET') {
    json(waiting ? 200 : 503, { waiting });
  } else if (request.url === '/claim' && waiting) {
    waiting = false;
    json(behaviour.refuseClaim ?? 202, {});
    void load();
  } else if (request.url === '/health') {
    json(loaded ? 200 : 503, { loaded });
  } else if (request.url === '/info') {
    json(200, { timings: { loadMs } });
  } else if (request.url === '/crash') {
    console.error('crashed on purpose');
    process.exit(70);
  } else {
    let text = '';
    createInterface({ input: request }).on('line', (line) => {
      text += line;
    });
    request.on('end', async () => {
      await wait(behaviour.answerMs ?? 0);
      burn(behaviour.burnMs ?? 0);
      json(200, { pid: process.pid, environment: Object.keys(process.env).sort(), received: text });
    });
  }
});
server.listen(socketPath, () => {
  if (!waiting) void load();
});

async function load(): Promise<void> {
  await wait(loadMs);
  if (behaviour.exitWhileLoading !== undefined) {
    console.error('the model is broken');
    process.exit(behaviour.exitWhileLoading);
  }
  loaded = behaviour.neverReady !== true;
}

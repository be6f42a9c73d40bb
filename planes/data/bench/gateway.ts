import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runLoad } from './gateway-load.ts';

/**
 * What the gateway adds: requests per second of one gateway process pinned to a core of its own, its processor time
 * for each request, and latency, against the same upstream without it and against Node's bare HTTP server. Callers
 * and upstream share the other core. Run: `npm run bench -w planes/data -- [rounds] [seconds] [flags for the gateway's node]`.
 */
const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 1);
const nodeFlags = process.argv.slice(4);

interface Part {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  cpuMicros(): Promise<number>;
}

function line(stream: Readable): Promise<string> {
  return new Promise((resolve) =>
    stream.once('data', (bytes: Buffer) => resolve(bytes.toString('utf8').trim())),
  );
}

async function startPart(core: number, flags: readonly string[], ...args: string[]): Promise<Part> {
  const script = fileURLToPath(import.meta.resolve('./gateway-part.ts'));
  const child = spawn('taskset', ['-c', String(core), process.execPath, ...flags, script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await line(child.stdout);
  return {
    child,
    async cpuMicros() {
      child.stdin.write('cpu\n');
      return Number(await line(child.stdout));
    },
  };
}

async function stopPart(part: Part): Promise<void> {
  const ended = new Promise((resolve) => part.child.once('exit', resolve));
  part.child.stdin.end();
  await ended;
}

type Address = { readonly port: number } | { readonly path: string };

interface Contender {
  readonly name: string;
  readonly address: Address;
  readonly part: Part;
}

interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
}

async function runRound({ address, part }: Contender, callers: number): Promise<Round> {
  const before = await part.cpuMicros();
  const result = await runLoad(address, callers, seconds);
  const micros = (await part.cpuMicros()) - before;
  const at = (share: number) => result.latencies[Math.floor(result.latencies.length * share)] ?? 0;
  return {
    perSecond: result.requests / result.seconds,
    cpuMicros: micros / result.requests,
    p50: at(0.5),
    p99: at(0.99),
  };
}

const sorted = (values: number[]) => values.sort((a, b) => a - b);
const best = (rounds: readonly Round[], read: (round: Round) => number) => sorted(rounds.map(read))[0] ?? 0;
const median = (rounds: readonly Round[], read: (round: Round) => number) =>
  sorted(rounds.map(read))[Math.floor(rounds.length / 2)] ?? 0;

function printRow(name: string, callers: number, all: readonly Round[]): void {
  const cells = [
    median(all, (round) => round.perSecond).toFixed(0),
    median(all, (round) => round.cpuMicros).toFixed(1),
    best(all, (round) => round.cpuMicros).toFixed(1),
    median(all, (round) => round.p50).toFixed(3),
    median(all, (round) => round.p99).toFixed(3),
  ];
  console.log(
    [name.padEnd(8), String(callers).padStart(7), ...cells.map((cell) => cell.padStart(9))].join(' '),
  );
}

const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const socketPath = join(directory, 'upstream');
const upstream = await startPart(1, [], 'upstream', socketPath);
const hello = await startPart(0, [], 'hello', '18081');
const gateway = await startPart(0, nodeFlags, 'gateway', '18080', socketPath);
const contenders: readonly Contender[] = [
  { name: 'direct', address: { path: socketPath }, part: upstream },
  { name: 'hello', address: { port: 18_081 }, part: hello },
  { name: 'gateway', address: { port: 18_080 }, part: gateway },
];

console.log(
  `medians of ${rounds} rounds of ${seconds} s, interleaved; cpu is the part's own, for each request`,
);
console.log('what     callers     req/s    cpu us  best cpu    p50 ms    p99 ms');
for (const contender of contenders) await runRound(contender, 64);
for (const callers of [1, 16, 64]) {
  const results = contenders.map((contender) => ({ contender, all: [] as Round[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { contender, all } of results) all.push(await runRound(contender, callers));
  }
  for (const { contender, all } of results) printRow(contender.name, callers, all);
}
for (const part of [gateway, hello, upstream]) await stopPart(part);
rmSync(directory, { recursive: true });

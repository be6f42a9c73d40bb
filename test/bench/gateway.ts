import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type LoadResult, runLoad } from './gateway-load.ts';

/**
 * What the gateway adds: requests per second of one gateway process pinned to a core of its own, its processor time
 * for each request, and latency, against the same upstream without it and against Node's bare HTTP server. Callers
 * and upstream share the other core. Run: `node test/bench/gateway.ts [seconds] [flags for the gateway's node]`.
 */
const seconds = Number(process.argv[2] ?? 5);
const nodeFlags = process.argv.slice(3);

interface Part {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  cpuMicros(): Promise<number>;
}

function line(stream: Readable): Promise<string> {
  return new Promise((resolve) => stream.once('data', (bytes: Buffer) => resolve(bytes.toString('utf8').trim())));
}

async function startPart(core: number, flags: readonly string[], ...args: string[]): Promise<Part> {
  const script = join(import.meta.dirname, 'gateway-part.ts');
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

const at = (result: LoadResult, share: number) =>
  (result.latencies[Math.floor(result.latencies.length * share)] ?? 0).toFixed(3);

async function measure(
  name: string,
  address: { readonly port: number } | { readonly path: string },
  part: Part,
): Promise<void> {
  await runLoad(address, 16, 1);
  for (const callers of [1, 16, 64]) {
    const before = await part.cpuMicros();
    const result = await runLoad(address, callers, seconds);
    const micros = (await part.cpuMicros()) - before;
    console.log(
      [
        name.padEnd(8),
        String(callers).padStart(7),
        (result.requests / result.seconds).toFixed(0).padStart(9),
        (micros / result.requests).toFixed(1).padStart(9),
        at(result, 0.5).padStart(8),
        at(result, 0.99).padStart(8),
      ].join(' '),
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const socketPath = join(directory, 'upstream');
console.log('what     callers     req/s   cpu µs/r   p50 ms   p99 ms');
const upstream = await startPart(1, [], 'upstream', socketPath);
await measure('direct', { path: socketPath }, upstream);
const hello = await startPart(0, [], 'hello', '18081');
await measure('hello', { port: 18_081 }, hello);
await stopPart(hello);
const gateway = await startPart(0, nodeFlags, 'gateway', '18080', socketPath);
await measure('gateway', { port: 18_080 }, gateway);
await stopPart(gateway);
await stopPart(upstream);
rmSync(directory, { recursive: true });

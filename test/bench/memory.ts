import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatByteSize } from '@beeline/core/base';

/** Memory of the idle embedded platform, in RAM, after the first start and after a restart on the same directory. */

const program = fileURLToPath(import.meta.resolve('@beeline/standalone/main'));
const goalBytes = 350 * 1024 ** 2;
/** How long the platform is left alone before the last reading. */
const idleMs = 10_000;

interface Reading {
  readonly start: 'first' | 'restart';
  readonly readyBytes: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
}

async function readBytes(child: ChildProcess, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024;
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the output of the platform cannot be read');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('Beeline is ready')) return;
  }
  throw new Error('the platform ended before it was ready');
}

async function measure(directory: string, start: Reading['start']): Promise<Reading> {
  const argv = ['--data-dir', join(directory, 'data'), '--config', join(directory, 'config.yaml')];
  const child = spawn(process.execPath, [program, ...argv, '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await untilReady(child);
    const readyBytes = await readBytes(child, 'VmRSS');
    await setTimeout(idleMs);
    const idleBytes = await readBytes(child, 'VmRSS');
    return { start, readyBytes, idleBytes, peakBytes: await readBytes(child, 'VmHWM') };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

const directory = await mkdtemp(join(tmpdir(), 'beeline-memory-'));
try {
  const readings = [await measure(directory, 'first'), await measure(directory, 'restart')];
  console.table(
    readings.map(({ start, readyBytes, idleBytes, peakBytes }) => ({
      start,
      ready: formatByteSize(readyBytes),
      idle: formatByteSize(idleBytes),
      peak: formatByteSize(peakBytes),
      goal: `idle under ${formatByteSize(goalBytes)}`,
      ok: idleBytes < goalBytes,
    })),
  );
  console.log(JSON.stringify({ idleMs, goalBytes, readings }));
  process.exitCode = readings.every(({ idleBytes }) => idleBytes < goalBytes) ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

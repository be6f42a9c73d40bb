import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export type Address = { readonly port: number } | { readonly path: string };

/** A process of the benchmark, pinned to its cores, and those that it has started. */
export interface Part {
  /** Processor time used so far, in microseconds; the kernel counts in steps of 10 ms. */
  cpuMicros(): number;
  /** Memory that it occupies now, in bytes. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

const tickMicros = 10_000;

function answers(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = 'path' in address ? connect(address.path) : connect(address.port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function untilItListens(child: ChildProcess, address: Address): Promise<void> {
  const until = performance.now() + 15_000;
  while (!(await answers(address))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
    if (performance.now() > until) throw new Error(`${child.spawnargs.join(' ')} does not listen`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The process and those that it has started. */
function family(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [
    pid,
    ...text
      .split(' ')
      .map(Number)
      .filter((child) => child > 0),
  ];
}

function cpuMicrosOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMicros;
}

function memoryBytesOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1_024;
}

const sumOver = (pid: number, read: (pid: number) => number) =>
  family(pid).reduce((sum, each) => sum + read(each), 0);

/** Starts a command on its cores and waits until it listens. */
export async function startPart(
  cores: readonly number[],
  address: Address,
  command: readonly string[],
): Promise<Part> {
  // The part ends with the benchmark, however that ends.
  const pinned = ['--pdeathsig', 'TERM', 'taskset', '-c', cores.join(), ...command];
  const child = spawn('setpriv', pinned, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilItListens(child, address);
  return {
    cpuMicros: () => sumOver(child.pid ?? 0, cpuMicrosOf),
    memoryBytes: () => sumOver(child.pid ?? 0, memoryBytesOf),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export type Address = { readonly port: number } | { readonly path: string };

/** A process of the benchmark, pinned to one core. */
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

/** Starts a command on a core and waits until it listens. */
export async function startPart(core: number, address: Address, command: readonly string[]): Promise<Part> {
  // The part ends with the benchmark, however that ends.
  const pinned = ['--pdeathsig', 'TERM', 'taskset', '-c', String(core), ...command];
  const child = spawn('setpriv', pinned, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilItListens(child, address);
  return {
    cpuMicros() {
      const text = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * tickMicros;
    },
    memoryBytes() {
      const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1_024;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '@beeline/core/testing';

export interface ProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** The token that the platform's processes share. */
  readonly token: string;
}

/** A process of the platform that a test stops and starts. */
export interface Program {
  readonly pid: number;
  /** Its log of all runs. */
  readonly log: string;
  start(): Promise<void>;
  /** Sends the signal and waits for the end; gives exit code or signal. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string>;
}

const startMs = 60_000;

/** Starts a program of ours and waits until it listens. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  let child: ChildProcess | null = null;
  let log = '';

  const runs = () => child !== null && child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    if (runs()) return;
    const begun = log.length;
    const started = spawn(process.execPath, [options.program, ...options.args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, BL_INTERNAL_TOKEN: options.token },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    started.stderr?.on('data', (bytes: Buffer) => {
      log += bytes.toString();
    });
    await waitFor(
      `${options.program} to listen`,
      () => started.exitCode !== null || log.slice(begun).includes('listens on'),
      startMs,
    );
    if (started.exitCode !== null) throw new Error(`${options.program} ended: ${log.slice(begun)}`);
  }

  await start();
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    get log() {
      return log;
    },
    start,
    async stop(signal) {
      const stopping = child;
      if (stopping === null || !runs()) return 'not running';
      const ended = once(stopping, 'exit');
      stopping.kill(signal);
      const [code, endedBy] = (await ended) as [number | null, string | null];
      return code ?? endedBy ?? 'unknown';
    },
  };
}

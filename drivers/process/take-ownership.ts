import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError, type Clock, type Logger, randomText } from '@beeline/core/base';
import { guardScript } from './guard-script.ts';
import { readProcess, runsStill } from './process-table.ts';
import { readOwnFile } from './read-own-file.ts';
import { markVariable, sendSignal } from './signal-processes.ts';

interface OwnerRecord {
  readonly token: string;
  readonly pid: number;
  readonly startTicks: string;
  readonly guardPid: number;
  readonly guardStartTicks: string;
}

export interface OwnershipOptions {
  readonly directory: string;
  readonly instancesDirectory: string;
  /** How long instances wait for the next owner after this one has gone. */
  readonly adoptionWindowMs: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Ownership {
  /** Hands over to the guard. `instancesLeft`: it stays for them and is not waited for. */
  release(instancesLeft: boolean): Promise<void>;
}

const respawnMs = 1_000;

function readOwner(path: string): OwnerRecord | null {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `${path} cannot be read (${code ?? message}): move it away, and start again`,
      cause: error,
    });
  }
  const [token = '', pid, startTicks = '', guardPid, guardStartTicks = ''] = text.trim().split(' ');
  return { token, pid: Number(pid), startTicks, guardPid: Number(guardPid), guardStartTicks };
}

function writeOwner(path: string, record: OwnerRecord): void {
  const { token, pid, startTicks, guardPid, guardStartTicks } = record;
  writeFileSync(`${path}.${token}`, `${token} ${pid} ${startTicks} ${guardPid} ${guardStartTicks}\n`, {
    mode: 0o600,
  });
  renameSync(`${path}.${token}`, path);
}

/**
 * Makes this process the only owner of the instances in a directory, and starts the guard that outlives it.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when another process owns them.
 */
export function takeOwnership(options: OwnershipOptions): Ownership {
  const path = join(options.directory, 'owner');
  const before = readOwner(path);
  if (before !== null && before.pid !== 0 && runsStill(before.pid, before.startTicks)) {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `${options.directory} is in use by process ${before.pid}; stop it, or choose another directory`,
    });
  }
  if (before !== null && before.guardPid !== 0 && runsStill(before.guardPid, before.guardStartTicks)) {
    sendSignal(before.guardPid, 'SIGKILL');
  }
  const token = randomText(12);
  const me = { token, pid: process.pid, startTicks: readProcess(process.pid)?.startTicks ?? '' };
  writeOwner(path, { ...me, guardPid: 0, guardStartTicks: '0' });

  let released = false;
  const startGuard = () => {
    const seconds = (ms: number) => String(Math.ceil(ms / 1_000));
    const guard = spawn(
      '/bin/sh',
      ['-c', guardScript, 'beeline-guard', markVariable, options.instancesDirectory, path, token].concat(
        seconds(options.adoptionWindowMs),
        seconds(options.graceMs),
      ),
      { detached: true, cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    guard.unref();
    guard.on('error', (error) => options.logger.error({ detail: String(error) }, 'the guard did not start'));
    guard.stdin.on('error', () => guard.stdin.destroy());
    guard.on('exit', (code, signal) => {
      if (released) return;
      options.logger.warn({ code, signal }, 'the guard of the instances ended; starting another');
      options.clock.setTimer(respawnMs, () => {
        if (!released) current = startGuard();
      });
    });
    const guardStartTicks = guard.pid === undefined ? undefined : readProcess(guard.pid)?.startTicks;
    writeOwner(path, { ...me, guardPid: guard.pid ?? 0, guardStartTicks: guardStartTicks ?? '0' });
    return guard;
  };
  let current = startGuard();

  return {
    async release(instancesLeft) {
      released = true;
      const record = readOwner(path);
      if (record?.token === token) writeOwner(path, { ...record, pid: 0 });
      const guard = current;
      const running = guard.pid !== undefined && guard.exitCode === null && guard.signalCode === null;
      guard.stdin.destroy();
      if (instancesLeft || !running) return;
      guard.ref();
      await once(guard, 'exit');
    },
  };
}

import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { readRegularFileSync } from '@beeline/core/service';

interface Holder {
  readonly pid: number;
  /** When the process started, in ticks since boot, so that a reused pid is not taken for it; null where unknown. */
  readonly startTicks: string | null;
}

/** A lock is far shorter. */
const maxBytes = 64 * 1024;

function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // no /proc on this system, or no such process
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.startTicks === null || holder.startTicks === startTicksOf(holder.pid);
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readRegularFileSync(file, maxBytes).toString('utf8')) as Holder;
  } catch {
    return null; // gone meanwhile, or no lock that we wrote
  }
}

/** Drafts of processes that were killed while they took the lock. */
function removeDeadDrafts(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = Number(/^lock\.(\d+)$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive({ pid, startTicks: null })) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/**
 * Takes a data directory for this process; the returned function gives it back. A lock whose process is dead is
 * taken over.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when another live process holds it or it cannot be written.
 */
export function lockDataDirectory(directory: string): () => void {
  const file = join(directory, 'lock');
  const draft = `${file}.${process.pid}`;
  const self: Holder = { pid: process.pid, startTicks: startTicksOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      // A link appears with its whole content, so nobody ever reads half a lock.
      writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
      linkSync(draft, file);
      removeDeadDrafts(directory);
      return () => rmSync(file, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
          message: `the data directory ${directory} cannot be written (${(cause as NodeJS.ErrnoException).code}): choose another one, or correct its permissions`,
          cause,
        });
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = readHolder(file);
    if (holder !== null && isAlive(holder)) {
      throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
        message: `the data directory ${directory} is held by process ${holder.pid}: stop that one, or choose another directory`,
      });
    }
    rmSync(file, { recursive: true, force: true });
  }
  throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
    message: `the data directory ${directory} is being taken by several processes at once: start only one`,
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import type { InstanceCommand } from '../interface/index.ts';
import { outputFiles } from './capture-output.ts';
import { markVariable } from './signal-processes.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'it is not executable for this user',
  ENOEXEC: 'it is no program of this machine',
  E2BIG: 'its arguments and environment are too long',
};

/**
 * Starts a program in a session and process group of its own, its outputs going to files in the directory.
 * @throws BeelineError COMMAND_INVALID naming the program and what is wrong with it.
 */
export async function spawnDetached(
  command: InstanceCommand,
  directory: string,
): Promise<ChildProcess & { readonly pid: number }> {
  const [program, ...args] = command.argv;
  if (program === undefined || program === '') {
    throw new BeelineError('COMMAND_INVALID', { message: 'the command is empty; name a program first' });
  }
  const stdout = openSync(join(directory, outputFiles.stdout), 'a', 0o600);
  const stderr = openSync(join(directory, outputFiles.stderr), 'a', 0o600);
  try {
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...command.env, [markVariable]: directory },
      detached: true,
      stdio: ['ignore', stdout, stderr],
    });
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    child.unref();
    return child as ChildProcess & { readonly pid: number };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new BeelineError('COMMAND_INVALID', {
      message: `cannot run ${program}: ${reasons[code] ?? `the system answered ${code === '' ? String(error) : code}`}`,
      cause: error,
    });
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { foregroundClock } from '@beeline/sdk';
import { exitCodes } from './exit-codes.ts';
import { runCli } from './run-cli.ts';
import { openOutput } from './terminal/open-output.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

// Whoever reads us may leave early, as `head` does: that is no failure. Anything else fails the write that it broke.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
}

const exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: openOutput(process.stdout),
  stderr: openOutput(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  homeDir: homedir(),
  clock: foregroundClock,
  signal: stop.signal,
  readArguments: () => readFile('/proc/self/cmdline').catch(() => null), // only Linux has it
  resolvePackage: (entry) => import.meta.resolve(entry),
  becomeProgram: (file, args) => process.execve?.(file, [file, ...args], process.env),
}).catch(() => exitCodes.failure.code); // not even standard error can be written
// Whoever stopped us does not wait for what is still open, such as an input that never ends.
if (stop.signal.aborted) process.exit(exitCode);
process.exitCode = exitCode;

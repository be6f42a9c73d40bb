#!/usr/bin/env node
import { homedir } from 'node:os';
import { foregroundClock } from '@beeline/sdk';
import { runCli } from './run-cli.ts';
import { openOutput } from './terminal/open-output.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

// Whoever reads us may leave early, as `head` does: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
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
  resolvePackage: (entry) => import.meta.resolve(entry),
  becomeProgram: (file, args) => process.execve?.(file, [file, ...args], process.env),
});
// Whoever stopped us does not wait for what is still open, such as an input that never ends.
if (stop.signal.aborted) process.exit(exitCode);
process.exitCode = exitCode;

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import { type FakePlatform, startFakePlatform } from '@beeline/sdk/testing';
import { runCli } from '../run-cli.ts';
import { captureStream, createTestIo } from './test-io.ts';

/** What a command line did. */
export interface BlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs: its output so far, and the way to stop it. */
export interface RunningBl {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<BlResult>;
  stop(): void;
}

export interface RunInput {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly argumentBytes?: Uint8Array;
}

/** `bl` in this process, beside a fake platform, with a home and a working directory of its own. */
export interface TestBl {
  readonly platform: FakePlatform;
  readonly clock: FakeClock;
  readonly dir: string;
  readonly programs: (readonly string[])[];
  write(name: string, text: string): Promise<string>;
  start(argv: readonly string[], input?: RunInput): RunningBl;
  run(argv: readonly string[], input?: RunInput): Promise<BlResult>;
  close(): Promise<void>;
}

async function* inputOf(text: string) {
  yield text;
}

/** The caller closes it. */
export async function startBl(): Promise<TestBl> {
  const platform = await startFakePlatform();
  const dir = await mkdtemp(join(tmpdir(), 'bl-test-'));
  const clock = createFakeClock(Date.parse('2025-01-01T00:05:00Z'));
  const programs: (readonly string[])[] = [];
  const env = {
    BL_API_URL: platform.apiUrl,
    BL_API_KEY: platform.apiKey.reveal(),
  };

  function start(argv: readonly string[], input: RunInput = {}): RunningBl {
    const stdout = captureStream(input.terminal === true);
    const stderr = captureStream(input.terminal === true);
    const stop = new AbortController();
    const io = createTestIo({
      stdin: inputOf(input.stdin ?? ''),
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: { ...env, ...input.env },
      cwd: dir,
      homeDir: join(dir, 'home'),
      clock,
      signal: stop.signal,
      readArguments: async () => input.argumentBytes ?? null,
      becomeProgram: (file, args) => programs.push([file, ...args]),
    });
    const ended = runCli(argv, io).then((code) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
    return { stdout: stdout.text, stderr: stderr.text, ended, stop: () => stop.abort(new Error('Ctrl-C')) };
  }

  return {
    platform,
    clock,
    dir,
    programs,
    async write(name, text) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), text);
      return name;
    },
    start,
    run: (argv, input) => start(argv, input).ended,
    async close() {
      await platform.close();
      await rm(dir, { recursive: true });
    },
  };
}

import { createFakeClock } from '@beeline/core/testing';
import type { CliIo } from '../cli-io.ts';
import { type OutputStream, openOutput } from '../terminal/open-output.ts';

/** A stream that keeps what it is given. */
export interface Capture {
  readonly stream: OutputStream;
  text(): string;
}

export function captureStream(isTTY = false): Capture {
  const chunks: Buffer[] = [];
  return {
    stream: {
      isTTY,
      write(chunk, done) {
        chunks.push(Buffer.from(chunk));
        done();
      },
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

async function* noInput(): AsyncGenerator<string> {}

/** An outside where nothing is: no input, no variables, output to nowhere, a clock that stands still. */
export function createTestIo(
  change: Partial<Omit<CliIo, 'stdout' | 'stderr'>> & {
    readonly stdout?: OutputStream;
    readonly stderr?: OutputStream;
  } = {},
): CliIo {
  const { stdout = captureStream().stream, stderr = captureStream().stream, ...rest } = change;
  return {
    stdin: noInput(),
    stdout: openOutput(stdout),
    stderr: openOutput(stderr),
    env: {},
    cwd: '/nowhere',
    homeDir: '/nowhere',
    clock: createFakeClock(),
    signal: new AbortController().signal,
    readArguments: async () => null,
    resolvePackage: (entry) => `file:///installed/${entry}.ts`,
    becomeProgram: () => {},
    ...rest,
  };
}

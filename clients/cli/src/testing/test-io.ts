import { createFakeClock } from '@beeline/core/testing';
import type { CliIo, OutputStream } from '../cli-io.ts';

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
export function createTestIo(change: Partial<CliIo> = {}): CliIo {
  return {
    stdin: noInput(),
    stdout: captureStream().stream,
    stderr: captureStream().stream,
    env: {},
    cwd: '/nowhere',
    homeDir: '/nowhere',
    clock: createFakeClock(),
    signal: new AbortController().signal,
    resolvePackage: (entry) => `file:///installed/${entry}.ts`,
    becomeProgram: () => {},
    ...change,
  };
}

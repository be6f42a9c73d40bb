import type { Clock } from '@beeline/core/base';

/** A place that text and bytes go to: a terminal, a file, a pipe, or a buffer of a test. */
export interface OutputStream {
  /** Calls back when the chunk is taken; with an error when nobody reads any more. */
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  /** Size of a terminal, in characters and lines. */
  readonly columns?: number;
  readonly rows?: number;
}

/** Everything outside that a command touches, apart from files and the platform. */
export interface CliIo {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative ones are meant against. */
  readonly cwd: string;
  readonly homeDir: string;
  readonly clock: Clock;
  /** Aborts when the person wants to stop. */
  readonly signal: AbortSignal;
  /** URL of the file behind an entry of an installed package; throws when there is none. */
  resolvePackage(entry: string): string;
  /** Becomes another program, which keeps the terminal, the signals and the process id. */
  becomeProgram(file: string, args: readonly string[]): void;
}

/** Writes and waits until the stream took it, so that a slow reader slows us down. */
export function writeTo(stream: OutputStream, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

/** Writes one line. */
export const writeLine = (stream: OutputStream, line: string): Promise<void> => writeTo(stream, `${line}\n`);

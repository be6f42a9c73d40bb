import type { Clock } from '@beeline/core/base';
import type { Output } from './terminal/open-output.ts';
import { type Shown, show } from './terminal/show.ts';

/** Everything outside that a command touches, apart from files and the platform. */
export interface CliIo {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative ones are meant against. */
  readonly cwd: string;
  readonly homeDir: string;
  readonly clock: Clock;
  /** Aborts when the person wants to stop. */
  readonly signal: AbortSignal;
  /** The command line in bytes, each argument with a NUL behind it; null where the system does not tell. */
  readArguments(): Promise<Uint8Array | null>;
  /** URL of the file behind an entry of an installed package; throws when there is none. */
  resolvePackage(entry: string): string;
  /** Becomes another program, which keeps the terminal, the signals and the process id. */
  becomeProgram(file: string, args: readonly string[]): void;
}

/** Prints one line. */
export const writeLine = (output: Output, line: Shown): Promise<void> => output.print(show`${line}\n`);

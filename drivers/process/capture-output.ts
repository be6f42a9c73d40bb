import { join } from 'node:path';
import type { LogLine } from '../interface/index.ts';
import { createRateLimiter } from './limit-rate.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { createLineSplitter } from './split-lines.ts';

export interface OutputLimits {
  readonly maxLineLength: number;
  readonly linesPerSecond: number;
  readonly burstLines: number;
  /** Lines kept in memory for `tail`. */
  readonly tailLines: number;
  /** Size of each output file before it is emptied. */
  readonly maxFileBytes: number;
}

export const defaultOutputLimits: OutputLimits = {
  maxLineLength: 8_192,
  linesPerSecond: 500,
  burstLines: 2_000,
  tailLines: 100,
  maxFileBytes: 4 * 1024 * 1024,
};

export interface CapturedOutput {
  readonly tail: readonly LogLine[];
  /** Hands on what was written since the last call. */
  readNew(): void;
  /** Hands on everything, the unfinished last lines included. */
  finish(): void;
}

interface CaptureOptions {
  readonly directory: string;
  readonly limits: OutputLimits;
  readonly now: () => number;
  /** The process ran before us: its earlier lines go to the tail and are not handed on again. */
  readonly adopted: boolean;
  readonly onLine: (line: LogLine) => void;
}

export const outputFiles = { stdout: 'stdout.log', stderr: 'stderr.log' } as const;

/** Follows the two output files of an instance, line by line and within limits. */
export function captureOutput(options: CaptureOptions): CapturedOutput {
  const { limits, now } = options;
  const tail: LogLine[] = [];
  const limiter = createRateLimiter(limits.linesPerSecond, limits.burstLines);
  let handOn = !options.adopted;
  let open = true;

  const keep = (line: LogLine) => {
    tail.push(line);
    if (tail.length > limits.tailLines) tail.shift();
    if (handOn) options.onLine(line);
  };
  const remark = (text: string) => keep({ at: now(), source: 'platform', text });
  const accept = (source: 'stdout' | 'stderr', text: string) => {
    if (!limiter.allow(now())) return;
    const refused = limiter.takeRefused();
    if (refused > 0) remark(`${refused} lines were left out: over ${limits.linesPerSecond} lines a second`);
    keep({ at: now(), source, text });
  };

  const follow = (source: 'stdout' | 'stderr') => {
    const file: LogFile = openLogFile(join(options.directory, outputFiles[source]), {
      maxBytes: limits.maxFileBytes,
      startAtEnd: options.adopted,
    });
    return { source, file, splitter: createLineSplitter(limits.maxLineLength) };
  };
  const followed = [follow('stdout'), follow('stderr')];

  const readOne = ({ source, file, splitter }: (typeof followed)[number]): number => {
    const { chunk, skippedBytes } = file.readNew();
    if (skippedBytes > 0) remark(`${skippedBytes} bytes of ${source} were left out: written too fast`);
    for (const text of splitter.push(chunk)) accept(source, text);
    return chunk.length;
  };
  const readNew = () => {
    if (open) for (const one of followed) readOne(one);
  };

  readNew();
  handOn = true;
  return {
    tail,
    readNew,
    finish() {
      if (!open) return;
      open = false;
      for (const one of followed) {
        while (readOne(one) > 0);
        for (const text of one.splitter.flush()) accept(one.source, text);
        one.file.close();
      }
      const refused = limiter.takeRefused();
      if (refused > 0) remark(`${refused} lines were left out: over ${limits.linesPerSecond} lines a second`);
    },
  };
}

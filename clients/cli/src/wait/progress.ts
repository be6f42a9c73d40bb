import { formatDuration } from '@beeline/core/base';
import { type CliIo, writeTo } from '../cli-io.ts';
import { paint, usesColour } from '../output/paint.ts';

/** Where one deployment is. */
export interface ProgressLine {
  readonly title: string;
  readonly status: string;
  readonly text: string;
}

/** Shows the way of deployments on standard error. */
export interface Progress {
  show(lines: readonly ProgressLine[], elapsedMs: number): Promise<void>;
  /** Takes live lines away. */
  clear(): Promise<void>;
}

/** On a terminal the lines stay in place and change; elsewhere a line is written for each change. */
export function createProgress(io: CliIo): Progress {
  const live = io.stderr.isTTY === true && io.env.TERM !== 'dumb';
  const last = new Map<string, string>();
  let drawn = 0;
  const erase = () => (drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`);
  const render = ({ title, status, text }: ProgressLine, elapsedMs: number) => {
    const time = formatDuration(elapsedMs);
    const dim = usesColour(io.stderr, io.env) ? paint(io.stderr, io.env, 'dim', time) : time;
    return `  ${title} ${status} ${dim} ${text}\n`;
  };

  return {
    async show(lines, elapsedMs) {
      if (live) {
        const text = lines.map((line) => render(line, elapsedMs)).join('');
        await writeTo(io.stderr, erase() + text);
        drawn = text.split('\n').length - 1;
        return;
      }
      for (const line of lines) {
        const state = `${line.status} ${line.text}`;
        if (last.get(line.title) === state) continue;
        last.set(line.title, state);
        await writeTo(io.stderr, render(line, elapsedMs));
      }
    },
    async clear() {
      if (live && drawn > 0) await writeTo(io.stderr, erase());
      drawn = 0;
    },
  };
}

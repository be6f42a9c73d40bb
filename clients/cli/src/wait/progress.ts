import { formatDuration } from '@beeline/core/base';
import type { CliIo } from '../cli-io.ts';
import { join, paint, screen, show } from '../terminal/show.ts';

/** Where one deployment is. */
export interface ProgressLine {
  readonly title: string;
  readonly status: string;
  readonly text: string;
}

/** Shows the way of deployments on standard error. */
export interface Progress {
  draw(lines: readonly ProgressLine[], elapsedMs: number): Promise<void>;
  /** Takes live lines away. */
  clear(): Promise<void>;
}

/** On a terminal the lines stay in place and change; elsewhere a line is written for each change. */
export function createProgress(io: CliIo): Progress {
  const live = io.stderr.isTTY === true && io.env.TERM !== 'dumb';
  const last = new Map<string, string>();
  let drawn = 0;
  const render = ({ title, status, text }: ProgressLine, elapsedMs: number) => {
    const time = paint(io.stderr, io.env, 'dim', formatDuration(elapsedMs));
    return show`  ${title} ${status} ${time} ${text}\n`;
  };

  return {
    async draw(lines, elapsedMs) {
      if (live) {
        const all = lines.map((line) => render(line, elapsedMs));
        await io.stderr.print(join([screen.up(drawn), ...all], ''));
        drawn = all.length;
        return;
      }
      for (const line of lines) {
        const state = `${line.status} ${line.text}`;
        if (last.get(line.title) === state) continue;
        last.set(line.title, state);
        await io.stderr.print(render(line, elapsedMs));
      }
    },
    async clear() {
      if (live && drawn > 0) await io.stderr.print(screen.up(drawn));
      drawn = 0;
    },
  };
}

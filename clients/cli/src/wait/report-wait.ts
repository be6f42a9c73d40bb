import { formatDuration } from '@beeline/core/base';
import { type CliIo, writeLine } from '../cli-io.ts';
import { exitCodes } from '../exit-codes.ts';
import { lines, paint, show } from '../terminal/show.ts';
import type { WaitResult } from './wait-for-models.ts';

/** The exit code of a wait: the worst that happened. */
export function exitCodeOfWait(results: readonly WaitResult[]): number {
  if (results.some(({ state }) => state === 'failed')) return exitCodes.failure.code;
  if (results.some(({ state }) => state === 'timed out')) return exitCodes.unavailable.code;
  return exitCodes.success.code;
}

/** Tells how a wait ended: what is ready on standard output, what is not on standard error. */
export async function reportWait(io: CliIo, results: readonly WaitResult[]): Promise<void> {
  const label = paint(io.stderr, io.env, 'red', 'error:');
  for (const { name, environment, state, reason, elapsedMs, model } of results) {
    const title = `Model:${name} (${environment})`;
    const time = formatDuration(elapsedMs);
    if (state === 'done') {
      const url = reason === 'ready' && model !== null ? ` at ${model.metadata.url}` : '';
      await writeLine(io.stdout, show`${title} ${reason} after ${time}${url}`);
    } else if (state === 'failed') {
      await writeLine(io.stderr, show`${label} ${title} failed after ${time}: ${lines(reason)}`);
    } else {
      const next = `see \`bl get model ${name} -e ${environment} -o pretty\` and \`bl logs model ${name} -e ${environment}\``;
      await writeLine(
        io.stderr,
        show`${label} ${title} is not ready after ${time}: ${lines(reason)}; ${next}`,
      );
    }
  }
}

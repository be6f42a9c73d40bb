import { BeelineError, type Clock, sleep } from '@beeline/core/base';
import { findMarked } from './process-table.ts';

/** Variable that marks every process of an instance, set to the instance's directory. */
export const markVariable = 'BEELINE_INSTANCE';

/** Sends a signal to a process, or to a group when negative; false when there is none. */
export function sendSignal(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH' || code === 'EPERM') return false; // gone, or gone and its number given to somebody else
    throw error;
  }
}

const pauseMs = 5;
const patienceMs = 10_000;

/**
 * Kills every process that carries the mark or one below it, until none is left. The mark is inherited, so it finds
 * those that left the group, those that became nobody's child, and those that nobody wrote down.
 * @throws BeelineError INTERNAL_ERROR when some are still there after 10 s.
 */
export async function killMarked(mark: string, clock: Clock): Promise<number> {
  const killed = new Set<number>();
  const startedAt = clock.monotonicMs();
  for (;;) {
    const pids = (await findMarked(markVariable, mark)).map(({ pid }) => pid);
    if (pids.length === 0) return killed.size;
    for (const pid of pids) if (sendSignal(pid, 'SIGKILL')) killed.add(pid);
    if (clock.monotonicMs() - startedAt > patienceMs) {
      throw new BeelineError('INTERNAL_ERROR', {
        message: `processes ${pids.join(', ')} of ${mark} survive SIGKILL; end them by hand`,
      });
    }
    await sleep(clock, pauseMs);
  }
}

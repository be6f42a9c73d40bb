import { BeelineError, sleep } from '@beeline/core/base';
import type { Model } from '@beeline/core/resources';
import type { Session } from '../settings/open-session.ts';
import { decideWait, type WaitDecision } from './decide-wait.ts';
import { createProgress } from './progress.ts';

export interface WaitTarget {
  readonly name: string;
  readonly environment: string;
}

export interface WaitResult extends WaitTarget {
  readonly state: 'done' | 'failed' | 'timed out';
  readonly reason: string;
  readonly elapsedMs: number;
  /** As it was seen last; null when it never was. */
  readonly model: Model | null;
}

interface Watched {
  readonly target: WaitTarget;
  model: Model | null;
  decision: WaitDecision;
  elapsedMs: number;
}

/** How long commands wait when nobody says otherwise. */
export const defaultWaitMs = 300_000;

const pollMs = 250;

async function look(session: Session, watched: Watched): Promise<void> {
  const { name, environment } = watched.target;
  try {
    watched.model = await session.client.models.get(name, { environment, signal: session.io.signal });
    watched.decision = decideWait(watched.model);
  } catch (error) {
    if (!(error instanceof BeelineError)) throw error;
    // The platform may restart while we wait; only an answer that will not change ends the wait.
    const passing = error.kind === 'unavailable' || error.kind === 'timeout' || error.kind === 'exhausted';
    watched.decision = { state: passing ? 'waiting' : 'failed', reason: error.message };
  }
}

const lineOf = ({ target, model, decision }: Watched) => ({
  title: `${target.name} (${target.environment})`,
  status: model?.status ?? '-',
  text: decision.reason.split('\n')[0] ?? '',
});

/**
 * Looks at deployments until each is ready or failed, or the time is over, and shows their way on standard error.
 * Rejects with the signal's reason when the person stops it.
 */
export async function waitForModels(
  session: Session,
  targets: readonly WaitTarget[],
  timeoutMs: number,
): Promise<readonly WaitResult[]> {
  const { clock, signal } = session.io;
  const startMs = clock.monotonicMs();
  const progress = createProgress(session.io);
  const start: WaitDecision = { state: 'waiting', reason: 'asking' };
  const all: Watched[] = targets.map((target) => ({ target, model: null, decision: start, elapsedMs: 0 }));
  for (;;) {
    const open = all.filter(({ decision }) => decision.state === 'waiting');
    await Promise.all(open.map((watched) => look(session, watched)));
    const elapsedMs = clock.monotonicMs() - startMs;
    for (const watched of open) watched.elapsedMs = elapsedMs;
    await progress.draw(all.map(lineOf), elapsedMs);
    const waiting = all.some(({ decision }) => decision.state === 'waiting');
    if (!waiting || elapsedMs >= timeoutMs) break;
    await sleep(clock, Math.min(pollMs, timeoutMs - elapsedMs), signal);
    signal.throwIfAborted();
  }
  await progress.clear();
  return all.map(({ target, model, decision, elapsedMs }) => ({
    ...target,
    state: decision.state === 'waiting' ? 'timed out' : decision.state,
    reason: decision.reason,
    elapsedMs,
    model,
  }));
}

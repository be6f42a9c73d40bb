import type { Model } from '@beeline/core/resources';

/** How far a deployment is on its way to what was last asked of it. */
export interface WaitDecision {
  readonly state: 'done' | 'failed' | 'waiting';
  /** A sentence for people: what it waits for, or why it failed. */
  readonly reason: string;
}

/** The platform's latest word on why things are as they are. */
function latestReason(model: Model): string {
  const failed = model.events.filter((event) => event.status === model.status).at(-1);
  const blocking = model.observed.conditions.find((condition) => condition.status === 'False');
  return failed?.message ?? blocking?.message ?? 'no reason was given';
}

/** Tells from one look at a deployment whether waiting for it is over. */
export function decideWait(model: Model): WaitDecision {
  if (model.observed.generation < model.metadata.generation) {
    return { state: 'waiting', reason: 'the change is not taken up yet' };
  }
  switch (model.status) {
    case 'DEPLOYED':
      return { state: 'done', reason: 'ready' };
    case 'DEACTIVATED':
      return { state: 'done', reason: 'deactivated' };
    case 'FAILED':
      return { state: 'failed', reason: latestReason(model) };
    case 'DELETING':
    case 'TERMINATED':
      return { state: 'failed', reason: 'it is being deleted' };
    default:
      return { state: 'waiting', reason: latestReason(model) };
  }
}

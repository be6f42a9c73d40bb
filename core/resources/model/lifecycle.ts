import { cutText, formatDuration } from '../../base/index.ts';
import type { Condition, ResourceEvent, ResourceStatus } from '../status.ts';

/** What a deployment says of itself: written only by `enterPhase`. */
export interface ModelLifecycle {
  readonly status: ResourceStatus;
  readonly conditions: readonly Condition[];
  /** Oldest first; the last ones are kept. */
  readonly events: readonly ResourceEvent[];
}

/** A revision as people speak of it. */
interface RevisionName {
  readonly id: string;
  readonly number: number;
}

/** Why a revision did not become ready. */
interface PhaseFailure {
  readonly code: string;
  readonly message: string;
  readonly logTail: readonly string[];
}

/** A location where a revision that serves elsewhere has failed. */
export interface MissingLocation {
  readonly location: string;
  readonly failure: PhaseFailure;
  /** Pause before it is tried there again, in milliseconds; null when it is not. */
  readonly retryMs: number | null;
}

/** Where a deployment stands. `serving` is the revision that gets the traffic meanwhile, if another one does. */
export type ModelPhase =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'deploying'; readonly revision: RevisionName; readonly serving: RevisionName | null }
  | {
      readonly kind: 'deployed';
      readonly revision: RevisionName;
      /** Absent when it serves everywhere. */
      readonly missing?: readonly MissingLocation[];
    }
  | {
      readonly kind: 'failed';
      readonly revision: RevisionName;
      readonly failure: PhaseFailure;
      readonly serving: RevisionName | null;
      /** Pause before it is tried again, in milliseconds; null when that would change nothing. */
      readonly retryMs: number | null;
    }
  | { readonly kind: 'deactivating' }
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'deleting' };

type ConditionState = Omit<Condition, 'since'>;

const maxEvents = 50;
const maxMessageLength = 4_000;

const statusOfPhase: Record<ModelPhase['kind'], ResourceStatus> = {
  accepted: 'DEPLOYING',
  deploying: 'DEPLOYING',
  deployed: 'DEPLOYED',
  failed: 'FAILED',
  deactivating: 'DEACTIVATING',
  deactivated: 'DEACTIVATED',
  deleting: 'DELETING',
};

const state = (
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): ConditionState => ({ type, status, reason, message });

const nameOf = (revision: RevisionName) => `Revision ${revision.number}`;

function describeFailure(failure: PhaseFailure): string {
  const tail = failure.logTail.length === 0 ? '' : `\nLast lines:\n${failure.logTail.join('\n')}`;
  return cutText(`${failure.code}: ${failure.message}${tail}`, maxMessageLength);
}

const describeRetry = (retryMs: number | null) =>
  retryMs === null ? '' : `; it is tried again in ${formatDuration(retryMs)}`;

function describeMissing({ location, failure, retryMs }: MissingLocation): string {
  return ` Location ${location} does not serve it${describeRetry(retryMs)}: ${failure.code}: ${failure.message}`;
}

function describeDeployed(phase: ModelPhase & { readonly kind: 'deployed' }): string {
  const missing = (phase.missing ?? []).map(describeMissing).join('');
  return cutText(`${nameOf(phase.revision)} is ready and gets the traffic.${missing}`, maxMessageLength);
}

function readyCondition(phase: ModelPhase): ConditionState {
  switch (phase.kind) {
    case 'deployed':
      return state('Ready', 'True', 'Serving', `${nameOf(phase.revision)} serves.`);
    case 'deploying':
      return phase.serving === null
        ? state(
            'Ready',
            'Unknown',
            'Proving',
            `${nameOf(phase.revision)} is getting ready; requests are held.`,
          )
        : state('Ready', 'True', 'Serving', `${nameOf(phase.serving)} serves meanwhile.`);
    case 'failed':
      return phase.serving === null
        ? state('Ready', 'False', phase.failure.code, phase.failure.message)
        : state('Ready', 'True', 'Serving', `${nameOf(phase.serving)} goes on serving.`);
    case 'accepted':
      return state('Ready', 'Unknown', 'Accepted', 'No revision exists yet.');
    case 'deactivating':
    case 'deactivated':
      return state('Ready', 'False', 'Deactivated', 'The deployment is deactivated.');
    case 'deleting':
      return state('Ready', 'False', 'Deleting', 'The deployment is being deleted.');
  }
}

function provenCondition(phase: ModelPhase): ConditionState | null {
  switch (phase.kind) {
    case 'deployed':
      return state('Proven', 'True', 'Proved', `${nameOf(phase.revision)} became ready.`);
    case 'deploying':
      return state('Proven', 'Unknown', 'Proving', `${nameOf(phase.revision)} has not been ready yet.`);
    case 'failed':
      return state(
        'Proven',
        'False',
        phase.failure.code,
        `${nameOf(phase.revision)}: ${describeFailure(phase.failure)}`,
      );
    default:
      return null; // says nothing of a revision: the condition stays as it was
  }
}

function progressingCondition(phase: ModelPhase): ConditionState {
  switch (phase.kind) {
    case 'accepted':
    case 'deploying':
      return state('Progressing', 'True', 'RollingOut', 'A revision is on its way.');
    case 'deactivating':
      return state('Progressing', 'True', 'Deactivating', 'Replicas are going away.');
    case 'deleting':
      return state('Progressing', 'True', 'Deleting', 'Replicas are going away.');
    case 'failed':
      return phase.retryMs === null
        ? state('Progressing', 'False', 'Failed', 'Waits for a corrected update.')
        : state('Progressing', 'True', 'Retrying', `It is tried again in ${formatDuration(phase.retryMs)}.`);
    case 'deployed':
    case 'deactivated':
      return state('Progressing', 'False', 'Settled', 'Nothing is under way.');
  }
}

function describePhase(phase: ModelPhase): string {
  switch (phase.kind) {
    case 'accepted':
      return 'The deployment was accepted.';
    case 'deploying':
      return phase.serving === null
        ? `${nameOf(phase.revision)} is being deployed.`
        : `${nameOf(phase.revision)} is being deployed; revision ${phase.serving.number} serves meanwhile.`;
    case 'deployed':
      return describeDeployed(phase);
    case 'failed': {
      const serving =
        phase.serving === null
          ? 'nothing serves'
          : phase.serving.id === phase.revision.id
            ? 'its replicas go on serving'
            : `revision ${phase.serving.number} goes on serving`;
      return `${nameOf(phase.revision)} failed; ${serving}${describeRetry(phase.retryMs)}. ${describeFailure(phase.failure)}`;
    }
    case 'deactivating':
      return 'The deployment is being deactivated.';
    case 'deactivated':
      return 'The deployment is deactivated and uses no resources.';
    case 'deleting':
      return 'The deployment is being deleted.';
  }
}

function mergeConditions(
  current: readonly Condition[],
  states: readonly ConditionState[],
  since: string,
): readonly Condition[] {
  const merged = new Map(current.map((condition) => [condition.type, condition]));
  for (const next of states) {
    const before = merged.get(next.type);
    merged.set(next.type, { ...next, since: before?.status === next.status ? before.since : since });
  }
  return [...merged.values()];
}

/** A deployment that was just accepted and of which nothing is known. */
export function newModelLifecycle(nowMs: number): ModelLifecycle {
  return enterPhase({ status: 'DEPLOYING', conditions: [], events: [] }, { kind: 'accepted' }, nowMs);
}

/** The lifecycle in a phase; the same object when the deployment was in that phase already. */
export function enterPhase(current: ModelLifecycle, phase: ModelPhase, nowMs: number): ModelLifecycle {
  const time = new Date(nowMs).toISOString();
  const status = statusOfPhase[phase.kind];
  const message = describePhase(phase);
  const last = current.events.at(-1);
  if (last !== undefined && last.message === message && current.status === status) return current;
  const event: ResourceEvent = {
    time,
    type: phase.kind,
    status,
    message,
    ...('revision' in phase ? { revision: phase.revision.id } : {}),
  };
  const proven = provenCondition(phase);
  const states = [readyCondition(phase), ...(proven === null ? [] : [proven]), progressingCondition(phase)];
  return {
    status,
    conditions: mergeConditions(current.conditions, states, time),
    events: [...current.events, event].slice(-maxEvents),
  };
}

import { buildRevisionTemplate, isSameTemplate, type ModelPhase } from '@beeline/core/resources';
import type { DeploymentRow, RevisionRow } from '../store/database/tables.ts';
import { decidePhase, isVacated } from './decide-phase.ts';
import { type DeploymentPicture, listUp } from './deployment-picture.ts';
import { isRetired } from './is-retired.ts';
import { foldObservations } from './trials/fold-observations.ts';
import { nextTry, startDue } from './trials/location-trials.ts';

const keptRevisions = 10;

/** What a revision becomes. `retiring`: it lost the traffic and finishes what it has. */
export interface PlannedRevision extends Omit<RevisionRow, 'retiringSince' | 'retiringFrom'> {
  readonly retiring: 'no' | 'begins' | 'goes on';
}

/** What to do about one deployment, and why. */
export interface RolloutPlan {
  readonly revisions: readonly PlannedRevision[];
  /** Ids of revisions that are not kept any longer. */
  readonly forgotten: readonly string[];
  readonly activeRevision: string | null;
  readonly previousRevision: string | null;
  readonly latestRevision: string | null;
  readonly phase: ModelPhase;
  /** Nothing is left of it: the row goes. */
  readonly gone: boolean;
  /** Nothing more to do until something changes, or until `retryAt`. */
  readonly settled: boolean;
  /** When a revision is tried again somewhere, in milliseconds since 1970; null when none is. */
  readonly retryAt: number | null;
  readonly reasons: readonly string[];
}

interface Draft {
  revisions: readonly PlannedRevision[];
  active: string | null;
  previous: string | null;
  readonly reasons: string[];
}

const find = (draft: Draft, id: string | null) => draft.revisions.find((revision) => revision.id === id);

function change(draft: Draft, id: string, patch: Partial<PlannedRevision>): void {
  draft.revisions = draft.revisions.map((revision) =>
    revision.id === id ? { ...revision, ...patch } : revision,
  );
}

/** Why the deployment needs a revision beside the latest one; null when it does not. */
function reasonToAdd(
  latest: PlannedRevision | undefined,
  { spec, generation }: DeploymentRow,
): string | null {
  if (latest === undefined) return 'the deployment has no revision yet';
  if (latest.proof === 'failed' && generation > latest.generation) {
    return `revision ${latest.number} failed and the deployment was updated since`;
  }
  if (!isSameTemplate(latest.template, buildRevisionTemplate(spec))) {
    return `the spec differs from revision ${latest.number}`;
  }
  const { modelDigest } = spec.runtime;
  // A revision made from whatever was there has the digest that its location reported.
  if (modelDigest === undefined || modelDigest === latest.artifactDigest) return null;
  return `the files differ from those of revision ${latest.number}`;
}

/** A changed template or changed files make a revision; so does any update after one that failed. */
function addRevision(draft: Draft, picture: DeploymentPicture): void {
  const { deployment } = picture;
  const latest = draft.revisions.at(-1);
  const reason = reasonToAdd(latest, deployment);
  if (reason === null) return;
  draft.reasons.push(reason);
  draft.revisions = [
    ...draft.revisions,
    {
      id: picture.newRevisionId,
      deployment: deployment.id,
      number: (latest?.number ?? 0) + 1,
      generation: deployment.generation,
      template: buildRevisionTemplate(deployment.spec),
      artifactDigest: deployment.spec.runtime.modelDigest ?? null,
      proof: 'needed',
      failure: null,
      trials: [],
      createdAt: picture.nowMs,
      createdBy: deployment.updatedBy,
      originByOwner: deployment.originByOwner,
      retiring: 'no',
    },
  ];
}

/** The one that gets the traffic and the latest, which is about to get it. */
function currentRevisions(draft: Draft): readonly PlannedRevision[] {
  const latest = draft.revisions.at(-1)?.id;
  return draft.revisions.filter(({ id }) => id === draft.active || id === latest);
}

/** Tries what failed again where the time for it has come. */
function retryDue(draft: Draft, picture: DeploymentPicture): void {
  for (const { id, number, proof, trials } of currentRevisions(draft)) {
    const started = startDue(trials, listUp(picture), picture.nowMs);
    if (started === null) continue;
    change(draft, id, {
      trials: started,
      ...(proof === 'failed' ? { proof: 'needed', failure: null } : {}),
    });
    const where = started.filter(({ trying }) => trying).map(({ location }) => location);
    draft.reasons.push(`revision ${number} is tried again at ${where.join(', ')}`);
  }
}

function moveTraffic(draft: Draft, to: PlannedRevision, reason: string): void {
  const before = find(draft, draft.active);
  if (before !== undefined) {
    change(draft, before.id, { retiring: 'begins' });
    draft.previous = before.id;
  }
  draft.active = to.id;
  change(draft, to.id, { retiring: 'no' });
  draft.reasons.push(`revision ${to.number} gets the traffic: ${reason}`);
}

/** Which revision gets the traffic. */
function chooseActive(draft: Draft): void {
  const latest = draft.revisions.at(-1);
  if (find(draft, draft.active)?.proof === 'failed') {
    draft.active = null;
    draft.reasons.push('the only revision failed before it ever served');
  }
  const active = find(draft, draft.active);
  if (latest === undefined || latest.id === active?.id || latest.proof === 'failed') return;
  if (active === undefined) moveTraffic(draft, latest, 'no other revision could serve');
  else if (latest.proof === 'proved') moveTraffic(draft, latest, 'it proved that it is ready');
  else if (active.proof === 'needed') {
    moveTraffic(draft, latest, `revision ${active.number} has never been ready`);
  }
}

function finishRetired(draft: Draft, picture: DeploymentPicture): void {
  for (const revision of draft.revisions) {
    if (revision.retiring !== 'goes on') continue;
    const verdict = isRetired(picture, revision.id);
    if (verdict.retired) change(draft, revision.id, { retiring: 'no' });
    draft.reasons.push(`revision ${revision.number}: ${verdict.reason}`);
  }
}

function serveNothing(draft: Draft): void {
  draft.revisions = draft.revisions.map((revision) => ({ ...revision, retiring: 'no' }));
}

/** The oldest beyond the last ten, except those that still have a part to play. */
function chooseForgotten(draft: Draft): readonly string[] {
  const latest = draft.revisions.at(-1)?.id;
  return draft.revisions
    .slice(0, -keptRevisions)
    .filter(({ id, retiring }) => ![draft.active, latest].includes(id) && retiring === 'no')
    .map(({ id }) => id);
}

/**
 * Decides about one deployment: which revisions it needs, which of them gets the traffic, and what to say of it.
 * The first revision gets the traffic at once; every later one only after it has proved that it is ready.
 */
export function planRollout(picture: DeploymentPicture): RolloutPlan {
  const { deployment } = picture;
  const serves = deployment.spec.enabled && !deployment.deleting;
  const draft: Draft = {
    revisions: foldObservations(picture).map(({ retiringSince, retiringFrom: _, ...revision }) => ({
      ...revision,
      retiring: retiringSince === null ? 'no' : 'goes on',
    })),
    active: deployment.activeRevision,
    previous: deployment.previousRevision,
    reasons: [],
  };
  if (serves) {
    addRevision(draft, picture);
    retryDue(draft, picture);
    finishRetired(draft, picture);
    chooseActive(draft);
  } else serveNothing(draft);
  const phase = decidePhase(draft.revisions, draft.active, picture);
  const forgotten = chooseForgotten(draft);
  const underWay = phase.kind === 'deploying' || phase.kind === 'deactivating' || phase.kind === 'deleting';
  return {
    revisions: draft.revisions.filter(({ id }) => !forgotten.includes(id)),
    forgotten,
    activeRevision: draft.active,
    previousRevision: draft.previous !== null && forgotten.includes(draft.previous) ? null : draft.previous,
    latestRevision: draft.revisions.at(-1)?.id ?? null,
    phase,
    gone: deployment.deleting && isVacated(picture, 'anything') && deployment.route === null,
    retryAt: serves
      ? nextTry(
          currentRevisions(draft).flatMap(({ trials }) => trials),
          picture.nowMs,
        )
      : null,
    settled: !underWay && draft.revisions.every(({ retiring }) => retiring === 'no'),
    reasons: draft.reasons,
  };
}

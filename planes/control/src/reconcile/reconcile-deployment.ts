import { isDeepStrictEqual } from 'node:util';
import { type Clock, type Logger, newId } from '@beeline/core/base';
import { buildRevisionTemplate, enterPhase } from '@beeline/core/resources';
import { buildAssignments } from '../decide/build-assignments.ts';
import { buildRouteEntry } from '../decide/build-route-entry.ts';
import { chooseLocations, type DeploymentPicture } from '../decide/deployment-picture.ts';
import { type PlannedRevision, planRollout, type RolloutPlan } from '../decide/plan-rollout.ts';
import { chooseRouteLocations } from '../decide/trials/place-revision.ts';
import type { DeploymentRow, RevisionRow } from '../store/database/tables.ts';
import { listLiveGateways } from '../store/gateways.ts';
import { listLocations } from '../store/locations.ts';
import { deleteDeployment, lockDeploymentById, updateDeploymentProgress } from '../store/models.ts';
import { loadObservations } from '../store/observed.ts';
import type { Queries, Store, WriteTransaction } from '../store/open-store.ts';
import { deleteRevisions, listRevisions, saveRevision } from '../store/revisions.ts';
import { deleteUnusedSecrets } from '../store/secrets.ts';

/** How soon a deployment that waits for something is looked at again when nothing is heard of it. */
const lookAgainMs = 1_000;

export interface ReconcileContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listeningSinceMs: number;
}

async function loadPicture(
  queries: Queries,
  deployment: DeploymentRow,
  context: ReconcileContext,
): Promise<DeploymentPicture> {
  const nowMs = context.clock.now();
  const revisions = await listRevisions(queries, deployment.id);
  const observations = await loadObservations(queries, [deployment.id]);
  return {
    nowMs,
    listeningSinceMs: context.listeningSinceMs,
    deployment,
    revisions,
    locations: await listLocations(queries),
    observations: observations.get(deployment.id) ?? [],
    gateways: await listLiveGateways(queries, nowMs),
    newRevisionId: newId('rev', nowMs),
  };
}

function retirementOf(
  planned: PlannedRevision,
  before: RevisionRow | undefined,
  began: { readonly atMs: number; readonly routesVersion: number },
): Pick<RevisionRow, 'retiringSince' | 'retiringFrom'> {
  if (planned.retiring === 'no') return { retiringSince: null, retiringFrom: null };
  if (planned.retiring === 'begins') {
    return { retiringSince: began.atMs, retiringFrom: began.routesVersion };
  }
  return { retiringSince: before?.retiringSince ?? began.atMs, retiringFrom: before?.retiringFrom ?? 0 };
}

async function saveRevisions(
  queries: Queries,
  picture: DeploymentPicture,
  plan: RolloutPlan,
  routesVersion: number,
): Promise<void> {
  for (const planned of plan.revisions) {
    const before = picture.revisions.find(({ id }) => id === planned.id);
    const { retiring: _, ...kept } = planned;
    const began = { atMs: picture.nowMs, routesVersion };
    const row: RevisionRow = { ...kept, ...retirementOf(planned, before, began) };
    if (!isDeepStrictEqual(row, before)) await saveRevision(queries, row);
  }
  await deleteRevisions(queries, plan.forgotten);
}

/** Ids of the sealed values that the spec or a kept revision names. */
function secretsInUse({ spec }: DeploymentRow, plan: RolloutPlan): readonly string[] {
  const templates = [buildRevisionTemplate(spec), ...plan.revisions.map(({ template }) => template)];
  return templates.flatMap(({ runtime }) => Object.values(runtime.secretEnvs ?? {}));
}

async function saveRolloutPlan(
  tx: WriteTransaction,
  picture: DeploymentPicture,
  plan: RolloutPlan,
): Promise<void> {
  const { deployment } = picture;
  const locations = chooseLocations(picture);
  const active = plan.revisions.find(({ id }) => id === plan.activeRevision);
  const serving = active === undefined ? [] : chooseRouteLocations(active, locations, picture.observations);
  const route = buildRouteEntry(deployment, plan, serving);
  const assignments = buildAssignments(deployment, plan, locations);
  const routeMoves = !isDeepStrictEqual(route, deployment.route);
  const assignmentsMove = !isDeepStrictEqual(assignments, deployment.assignments);
  const routesVersion = routeMoves ? await tx.bump('routes') : 0;
  const assignmentsVersion = assignmentsMove ? await tx.bump('assignments') : deployment.assignmentsVersion;
  await saveRevisions(tx.queries, picture, plan, routesVersion);
  if (plan.forgotten.length > 0 || deployment.observedGeneration !== deployment.generation) {
    await deleteUnusedSecrets(tx.queries, deployment.id, secretsInUse(deployment, plan));
  }
  const { status, conditions, events } = enterPhase(deployment, plan.phase, picture.nowMs);
  const progress = {
    dueAt: plan.settled ? plan.retryAt : picture.nowMs + lookAgainMs,
    observedGeneration: deployment.generation,
    status,
    conditions,
    events,
    activeRevision: plan.activeRevision,
    previousRevision: plan.previousRevision,
    latestRevision: plan.latestRevision,
    route,
    assignments,
    assignmentsVersion,
  };
  const { id: _id, ...rest } = deployment;
  if (isDeepStrictEqual({ ...rest, ...progress }, rest)) return;
  await updateDeploymentProgress(tx.queries, deployment.id, progress);
}

/** Reads all there is to know of one deployment, decides, and writes what follows: in one transaction. */
export async function reconcileDeployment(id: string, context: ReconcileContext): Promise<void> {
  await context.store.write(async (tx) => {
    const deployment = await lockDeploymentById(tx.queries, id);
    if (deployment === undefined) return;
    const picture = await loadPicture(tx.queries, deployment, context);
    const plan = planRollout(picture);
    if (plan.gone) await deleteDeployment(tx.queries, id);
    else await saveRolloutPlan(tx, picture, plan);
    const { workspace, model, environment } = deployment;
    context.logger.debug(
      { workspace, model, environment, phase: plan.phase.kind, reasons: plan.reasons },
      'reconciled a deployment',
    );
  });
}

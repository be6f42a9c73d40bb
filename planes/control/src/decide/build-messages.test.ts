import { describe, expect, it } from 'vitest';
import type { LocationTrial } from '../store/database/tables.ts';
import { deploymentRow, revisionRow, specOf } from '../testing/deployment-pictures.ts';
import { buildAssignments } from './build-assignments.ts';
import { buildRouteEntry } from './build-route-entry.ts';
import type { PlannedRevision, RolloutPlan } from './plan-rollout.ts';

const name = { workspace: 'default', model: 'sentiment', environment: 'production' };
const revision = { id: 'rev_2', number: 2 };
const failure = { code: 'MODEL_MISSING', message: 'there is no such directory', logTail: [] };
type Phase = RolloutPlan['phase'];

describe('buildRouteEntry', () => {
  it.each([
    ['deploying', { kind: 'deploying', revision, serving: null }, 'rev_2', 'serving', true],
    ['deployed', { kind: 'deployed', revision }, 'rev_2', 'serving', true],
    [
      'failed, another serves',
      { kind: 'failed', revision, failure, serving: revision, retryMs: null },
      'rev_1',
      'serving',
      true,
    ],
    [
      'failed, nothing serves',
      { kind: 'failed', revision, failure, serving: null, retryMs: null },
      null,
      'unavailable',
      false,
    ],
    [
      'failed, to be tried again',
      { kind: 'failed', revision, failure, serving: null, retryMs: 10_000 },
      null,
      'unavailable',
      true,
    ],
    ['deactivating', { kind: 'deactivating' }, 'rev_1', 'deactivated', false],
    ['deactivated', { kind: 'deactivated' }, 'rev_1', 'deactivated', false],
  ] as const)('%s', (_name, phase: Phase, activeRevision, state, retryable) => {
    const route = buildRouteEntry(deploymentRow(), { activeRevision, phase }, ['here']);
    const targets =
      state === 'serving' ? [{ revision: activeRevision, weight: 100, locations: ['here'] }] : [];
    expect(route).toMatchObject({ ...name, state, retryable, targets });
    expect(route?.reason === null).toBe(state === 'serving');
  });

  it('says why nothing serves', () => {
    const reasonFor = (retryMs: number | null) => {
      const phase: Phase = { kind: 'failed', revision, failure, serving: null, retryMs };
      return buildRouteEntry(deploymentRow(), { activeRevision: null, phase }, [])?.reason;
    };
    const reason = 'Revision 2 of model "sentiment" could not be made ready: there is no such directory';
    expect(reasonFor(null)).toBe(reason);
    expect(reasonFor(80_000)).toBe(`${reason}; it is tried again in 1m20s`);
  });

  it.each(['deleting', 'accepted'] as const)('%s has no route', (kind) => {
    expect(buildRouteEntry(deploymentRow(), { activeRevision: null, phase: { kind } }, [])).toBeNull();
  });
});

const planned = (
  number: number,
  proof: PlannedRevision['proof'],
  retiring: PlannedRevision['retiring'] = 'no',
): PlannedRevision => ({ ...revisionRow(number, `m${number}`), proof, retiring });

describe('buildAssignments', () => {
  const assign = (activeRevision: string | null, revisions: readonly PlannedRevision[]) =>
    buildAssignments(deploymentRow(), { activeRevision, revisions }, ['here']).map(
      ({ assignment: { revision: id, purpose, proof } }) => `${id} ${purpose} ${proof}`,
    );

  it.each([
    ['a first one has to prove itself', 'rev_1', [planned(1, 'needed')], ['rev_1 serve needed']],
    ['one that did serves', 'rev_1', [planned(1, 'proved')], ['rev_1 serve done']],
    [
      'a new one proves itself beside the old one',
      'rev_1',
      [planned(1, 'proved'), planned(2, 'needed')],
      ['rev_1 serve done', 'rev_2 serve needed'],
    ],
    [
      'one that failed is dropped',
      'rev_1',
      [planned(1, 'proved'), planned(2, 'failed')],
      ['rev_1 serve done'],
    ],
    [
      'an old one retires, proved or not',
      'rev_2',
      [planned(1, 'needed', 'begins'), planned(2, 'needed')],
      ['rev_1 retire done', 'rev_2 serve needed'],
    ],
    [
      'one that an update overtook is dropped',
      'rev_1',
      [planned(1, 'proved'), planned(2, 'needed'), planned(3, 'needed')],
      ['rev_1 serve done', 'rev_3 serve needed'],
    ],
  ])('%s', (_name, active, revisions, expected) => {
    expect(assign(active, revisions)).toEqual(expected);
  });

  it('a location that failed has none, one that tries it again a proof to give', () => {
    const trial = (location: string, trying: boolean): LocationTrial => ({
      ...{ location, failures: 2, failure, failedAt: 0, retryAt: null, trying },
    });
    const revisions = [{ ...planned(1, 'proved'), trials: [trial('oslo', false), trial('rome', true)] }];
    const placed = buildAssignments(deploymentRow(), { activeRevision: 'rev_1', revisions }, [
      'here',
      'oslo',
      'rome',
    ]);
    expect(
      placed.map(({ locations, assignment: { proof, attempt } }) => [locations, proof, attempt]),
    ).toEqual([
      [['here'], 'done', undefined],
      [['rome'], 'needed', 2],
    ]);
  });

  it.each([
    ['the owner of the platform', true, false, 'one', 'owner'],
    ['somebody else', false, false, 'one', 'other'],
    ['somebody else, and then by the owner for the deployment', false, true, 'one', 'owner'],
    ['somebody else, and then another one by the owner', false, true, 'two', 'other'],
  ] as const)('say that a directory was named by %s', (_who, ofRevision, ofDeployment, current, namedBy) => {
    const deployment = deploymentRow({ spec: specOf(current), originByOwner: ofDeployment });
    const revision: PlannedRevision = {
      ...revisionRow(1, 'one', { originByOwner: ofRevision }),
      retiring: 'no',
    };
    const plan = { activeRevision: 'rev_1', revisions: [revision] };
    expect(buildAssignments(deployment, plan, ['here'])[0]?.assignment.originNamedBy).toBe(namedBy);
  });

  it.each([
    ['deactivated', { spec: specOf('one', false) }],
    ['being deleted', { deleting: true }],
  ])('a deployment that is %s has none', (_name, changes) => {
    const plan = { activeRevision: 'rev_1', revisions: [planned(1, 'proved')] };
    expect(buildAssignments(deploymentRow(changes), plan, ['here'])).toEqual([]);
  });

  it('sends the template, the files and the bounds of scaling', () => {
    const revisions = [{ ...planned(1, 'proved'), artifactDigest: 'sha256:1' }];
    const [only] = buildAssignments(deploymentRow(), { activeRevision: 'rev_1', revisions }, ['here']);
    expect(only).toMatchObject({
      locations: ['here'],
      assignment: {
        ...name,
        number: 1,
        artifactDigest: 'sha256:1',
        template: { origin: { path: '/models/m1' } },
        scaling: { minReplicas: 0, maxReplicas: 4, target: 8, retentionMs: null },
      },
    });
  });
});

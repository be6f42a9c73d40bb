import { describe, expect, it, test } from 'vitest';
import {
  gatewayRow,
  locationRow,
  observation,
  deploymentPicture as picture,
  pictureTimeMs,
  placed,
  revisionRow,
  specOf,
} from '../testing/deployment-pictures.ts';
import type { DeploymentPicture } from './deployment-picture.ts';
import { planRollout } from './plan-rollout.ts';

const failure = { code: 'LOAD_FAILED', message: 'it broke', logTail: ['boom'] } as const;
const failed = { proof: 'failed', failure } as const;
const one = revisionRow(1, 'one');
const two = revisionRow(2, 'two', { proof: 'needed' });
const both = placed(['here', 'there'], one, two);
const withFiles = (name: string, modelDigest: string) => {
  const spec = specOf(name);
  return { ...spec, runtime: { ...spec.runtime, modelDigest } };
};
const { dtype: _, ...runtimeWithoutDtype } = one.template.runtime;
const templateOfOtherReleases = {
  ...one.template,
  runtime: { ...runtimeWithoutDtype, added: 'later' },
} as unknown as typeof one.template;
const replicas = { requested: 0, fetching: 0, starting: 0, ready: 1, draining: 0 };

/** One line per decision: what the plan says, in short. */
function summary(of: DeploymentPicture) {
  const plan = planRollout(of);
  return {
    active: plan.activeRevision,
    phase: plan.phase.kind,
    revisions: plan.revisions.map(({ id, proof, retiring }) => `${id} ${proof} ${retiring}`),
    settled: plan.settled,
  };
}

const updated = { spec: specOf('two'), generation: 2, activeRevision: 'rev_1', assignments: both };
const retiringOne = { ...one, retiringSince: pictureTimeMs - 9_000, retiringFrom: 9 };
const provedTwo = { ...two, proof: 'proved' } as const;
const moved = { ...updated, activeRevision: 'rev_2' };

const cases: readonly (readonly [string, DeploymentPicture, ReturnType<typeof summary>])[] = [
  [
    'the first revision gets the traffic at once',
    picture({}),
    { active: 'rev_new', phase: 'deploying', revisions: ['rev_new needed no'], settled: false },
  ],
  [
    'the first revision is deployed once its location proved it',
    picture({
      deployment: { activeRevision: 'rev_1', assignments: placed(['here'], one) },
      revisions: [revisionRow(1, 'one', { proof: 'needed' })],
      observations: [observation('here', 'rev_1')],
    }),
    { active: 'rev_1', phase: 'deployed', revisions: ['rev_1 proved no'], settled: true },
  ],
  [
    'the first revision that fails leaves nothing serving',
    picture({
      deployment: { activeRevision: 'rev_1', assignments: placed(['here'], one) },
      revisions: [revisionRow(1, 'one', { proof: 'needed' })],
      observations: [observation('here', 'rev_1', failed)],
    }),
    { active: null, phase: 'failed', revisions: ['rev_1 failed no'], settled: true },
  ],
  [
    'an update after a failed first revision gets the traffic at once',
    picture({
      deployment: { spec: specOf('two'), generation: 2 },
      revisions: [revisionRow(1, 'one', failed)],
    }),
    {
      active: 'rev_new',
      phase: 'deploying',
      revisions: ['rev_1 failed no', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'files that changed make a revision, though the template is the same',
    picture({
      deployment: {
        spec: withFiles('one', 'new'),
        activeRevision: 'rev_1',
        assignments: placed(['here'], one),
      },
      revisions: [{ ...one, artifactDigest: 'old' }],
    }),
    {
      active: 'rev_1',
      phase: 'deploying',
      revisions: ['rev_1 proved no', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'files that a revision was made of already make none',
    picture({
      deployment: {
        spec: withFiles('one', 'old'),
        activeRevision: 'rev_1',
        assignments: placed(['here'], one),
      },
      revisions: [{ ...one, artifactDigest: 'old' }],
    }),
    { active: 'rev_1', phase: 'deployed', revisions: ['rev_1 proved no'], settled: true },
  ],
  [
    'a template from before there was a field makes no revision, nor does one with a field of later',
    picture({
      deployment: { activeRevision: 'rev_1', assignments: placed(['here'], one) },
      revisions: [{ ...one, template: templateOfOtherReleases }],
    }),
    { active: 'rev_1', phase: 'deployed', revisions: ['rev_1 proved no'], settled: true },
  ],
  [
    'asking again for what failed tries again',
    picture({ deployment: { generation: 2 }, revisions: [revisionRow(1, 'one', failed)] }),
    {
      active: 'rev_new',
      phase: 'deploying',
      revisions: ['rev_1 failed no', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'what failed is not tried again by itself',
    picture({ revisions: [revisionRow(1, 'one', failed)] }),
    { active: null, phase: 'failed', revisions: ['rev_1 failed no'], settled: true },
  ],
  [
    'a changed template makes a revision while the old one serves',
    picture({ deployment: { ...updated, assignments: placed(['here'], one) }, revisions: [one] }),
    {
      active: 'rev_1',
      phase: 'deploying',
      revisions: ['rev_1 proved no', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'changed policies and scaling make no revision',
    picture({
      deployment: { spec: { ...specOf('one'), policies: ['p'] }, generation: 2, activeRevision: 'rev_1' },
      revisions: [one],
    }),
    { active: 'rev_1', phase: 'deployed', revisions: ['rev_1 proved no'], settled: true },
  ],
  [
    'the traffic waits until every location that is up has proved the new revision',
    picture({
      deployment: updated,
      revisions: [one, two],
      locations: [locationRow('here'), locationRow('there')],
      observations: [observation('here', 'rev_2')],
    }),
    {
      active: 'rev_1',
      phase: 'deploying',
      revisions: ['rev_1 proved no', 'rev_2 needed no'],
      settled: false,
    },
  ],
  [
    'a location that is unreachable is not waited for',
    picture({
      deployment: updated,
      revisions: [one, two],
      locations: [locationRow('here'), locationRow('there', { lastSeenAt: pictureTimeMs - 30_001 })],
      observations: [observation('here', 'rev_2')],
    }),
    {
      active: 'rev_2',
      phase: 'deployed',
      revisions: ['rev_1 proved begins', 'rev_2 proved no'],
      settled: false,
    },
  ],
  [
    'a new revision that fails leaves the old one serving',
    picture({
      deployment: updated,
      revisions: [one, two],
      observations: [observation('here', 'rev_1'), observation('here', 'rev_2', failed)],
    }),
    {
      active: 'rev_1',
      phase: 'failed',
      revisions: ['rev_1 proved no', 'rev_2 failed no'],
      settled: true,
    },
  ],
  [
    'an update replaces a revision that has never been ready at once',
    picture({
      deployment: { ...updated, assignments: placed(['here'], one) },
      revisions: [{ ...one, proof: 'needed' }],
    }),
    {
      active: 'rev_new',
      phase: 'deploying',
      revisions: ['rev_1 needed begins', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'an update of an update drops the one between',
    picture({
      deployment: { ...updated, spec: specOf('three'), generation: 3 },
      revisions: [one, two],
    }),
    {
      active: 'rev_1',
      phase: 'deploying',
      revisions: ['rev_1 proved no', 'rev_2 needed no', 'rev_new needed no'],
      settled: false,
    },
  ],
  [
    'the old revision retires until a gateway has let go of it',
    picture({ deployment: moved, revisions: [retiringOne, provedTwo], gateways: [gatewayRow('g', 8)] }),
    {
      active: 'rev_2',
      phase: 'deployed',
      revisions: ['rev_1 proved goes on', 'rev_2 proved no'],
      settled: false,
    },
  ],
  [
    'the old revision is done once gateways let go and the location is idle',
    picture({ deployment: moved, revisions: [retiringOne, provedTwo] }),
    {
      active: 'rev_2',
      phase: 'deployed',
      revisions: ['rev_1 proved no', 'rev_2 proved no'],
      settled: true,
    },
  ],
  [
    'a proved revision that a location can serve no longer is told of and keeps the traffic',
    picture({
      deployment: { activeRevision: 'rev_1' },
      revisions: [one],
      observations: [observation('here', 'rev_1', failed)],
    }),
    { active: 'rev_1', phase: 'failed', revisions: ['rev_1 proved no'], settled: true },
  ],
  [
    'a deployment that is created disabled makes no revision',
    picture({ deployment: { spec: specOf('one', false) } }),
    { active: null, phase: 'deactivated', revisions: [], settled: true },
  ],
  [
    'deactivating lasts until the assignments are taken away',
    picture({
      deployment: {
        spec: specOf('one', false),
        activeRevision: 'rev_1',
        assignments: placed(['here'], one),
      },
      revisions: [one],
    }),
    { active: 'rev_1', phase: 'deactivating', revisions: ['rev_1 proved no'], settled: false },
  ],
  [
    'deactivating lasts until the location follows',
    picture({
      deployment: { spec: specOf('one', false), activeRevision: 'rev_1', assignmentsVersion: 11 },
      revisions: [one],
    }),
    { active: 'rev_1', phase: 'deactivating', revisions: ['rev_1 proved no'], settled: false },
  ],
  [
    'deactivating lasts until the replicas are gone',
    picture({
      deployment: { spec: specOf('one', false), activeRevision: 'rev_1' },
      revisions: [one],
      observations: [observation('here', 'rev_1', { replicas })],
    }),
    { active: 'rev_1', phase: 'deactivating', revisions: ['rev_1 proved no'], settled: false },
  ],
  [
    'activating again serves the proved revision at once',
    picture({ deployment: { generation: 3, activeRevision: 'rev_1' }, revisions: [one] }),
    { active: 'rev_1', phase: 'deployed', revisions: ['rev_1 proved no'], settled: true },
  ],
];

describe('planRollout', () => {
  it.each(cases)('%s', (_name, of, expected) => {
    expect(summary(of)).toEqual(expected);
  });

  it('remembers the files that a location reported', () => {
    const plan = planRollout(
      picture({
        deployment: { activeRevision: 'rev_1' },
        revisions: [one],
        observations: [observation('here', 'rev_1', { artifactDigest: 'sha256:1' })],
      }),
    );
    expect(plan.revisions[0]?.artifactDigest).toBe('sha256:1');
  });

  it('keeps the last ten revisions, and the active one however old', () => {
    const revisions = Array.from({ length: 12 }, (_, index) =>
      revisionRow(index + 1, index === 11 ? 'one' : `old-${index}`, index === 0 ? {} : failed),
    );
    const plan = planRollout(picture({ deployment: { activeRevision: 'rev_1' }, revisions }));
    expect(plan.forgotten).toEqual(['rev_2']);
  });

  const deleting = { deleting: true, activeRevision: 'rev_1' } as const;
  it.each([
    [
      'stays while it is assigned',
      { deployment: { ...deleting, assignments: placed(['here'], one) } },
      false,
    ],
    ['stays while the location has something of it', { observations: [observation('here', 'rev_1')] }, false],
    ['stays until the location follows', { deployment: { ...deleting, assignmentsVersion: 11 } }, false],
    ['goes when nothing is left', {}, true],
    [
      'goes when no location is up',
      {
        locations: [locationRow('here', { lastSeenAt: 0 })],
        observations: [observation('here', 'rev_1')],
      },
      true,
    ],
  ] as const)('a deployment that is being deleted %s', (_name, changes, gone) => {
    const plan = planRollout(picture({ deployment: deleting, revisions: [one], ...changes }));
    expect([plan.phase.kind, plan.gone]).toEqual(['deleting', gone]);
  });
});

test('a revision is pinned to the files that were named when it was made', () => {
  const { revisions } = planRollout(picture({ deployment: { spec: withFiles('one', 'new') } }));
  expect(revisions.at(-1)?.artifactDigest).toBe('new');
});

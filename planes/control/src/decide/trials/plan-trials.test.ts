import { describe, expect, it } from 'vitest';
import type { LocationRow, LocationTrial, RevisionRow } from '../../store/database/tables.ts';
import type { Observation } from '../../store/observed.ts';
import {
  deploymentPicture,
  locationRow,
  observation,
  pictureTimeMs,
  placed,
  revisionRow,
} from '../../testing/deployment-pictures.ts';
import { planRollout } from '../plan-rollout.ts';
import { chooseRouteLocations, placeRevision } from './place-revision.ts';

const down = { lastSeenAt: pictureTimeMs - 30_001 };
const failing = (code: string) => ({
  proof: 'failed' as const,
  failure: { code, message: `it is ${code}`, logTail: [] },
});
const broken = failing('LOAD_FAILED');
const noSpace = failing('INTERNAL_ERROR');
const pending = { proof: 'pending' as const };
const trial = (location: string, changes: Partial<LocationTrial> = {}): LocationTrial => ({
  ...{ location, failures: 1, failure: noSpace.failure, failedAt: pictureTimeMs - 10_000 },
  ...{ retryAt: null, trying: false },
  ...changes,
});

interface Case {
  readonly revision?: Partial<RevisionRow>;
  readonly locations?: readonly LocationRow[];
  readonly said?: readonly Observation[];
  /** Where it is assigned; at every location when absent. */
  readonly at?: readonly string[];
}

function plan({
  revision = {},
  locations = [locationRow('oslo'), locationRow('rome')],
  said = [],
  at,
}: Case) {
  const row = revisionRow(1, 'one', { proof: 'needed', ...revision });
  const picture = deploymentPicture({
    deployment: {
      activeRevision: row.proof === 'failed' ? null : 'rev_1',
      assignments: placed(at ?? locations.map(({ name }) => name), row),
    },
    revisions: [row],
    locations,
    observations: said,
  });
  const made = planRollout(picture);
  const [planned = row] = made.revisions;
  const names = locations.map(({ name }) => name);
  return {
    phase: made.phase,
    proof: planned.proof,
    trials: planned.trials,
    retryInMs: made.retryAt === null ? null : made.retryAt - pictureTimeMs,
    failure: planned.failure?.message,
    assigned: placeRevision(planned, names),
    routed: made.activeRevision === null ? [] : chooseRouteLocations(planned, names, said),
  };
}

describe('a revision at two locations', () => {
  const see = (location: string, state: Parameters<typeof observation>[2] = {}) =>
    observation(location, 'rev_1', state);

  it.each<readonly [string, Case, object]>([
    [
      'waits for both',
      { said: [see('rome')] },
      { proof: 'needed', routed: ['rome', 'oslo'], assigned: ['oslo', 'rome'] },
    ],
    ['is proved when both proved it', { said: [see('oslo'), see('rome')] }, { proof: 'proved' }],
    [
      'has not failed while the other one may still prove it',
      { said: [see('oslo', broken), see('rome', pending)] },
      { proof: 'needed', routed: ['rome'], assigned: ['rome'] },
    ],
    [
      'is proved by one although the other failed, which has no route and is tried again',
      { said: [see('oslo', broken), see('rome')] },
      { proof: 'proved', routed: ['rome'], assigned: ['rome'], retryInMs: 10_000 },
    ],
    [
      'has failed when both failed, and says where of what',
      { said: [see('oslo', broken), see('rome', failing('MODEL_MISSING'))] },
      {
        proof: 'failed',
        failure: 'location oslo: it is LOAD_FAILED; location rome: it is MODEL_MISSING',
        retryInMs: null,
        routed: [],
        assigned: [],
      },
    ],
    [
      'is tried again where the reason may pass',
      { said: [see('oslo', broken), see('rome', noSpace)] },
      { proof: 'failed', retryInMs: 10_000 },
    ],
    [
      'does not wait for one that is down',
      { locations: [locationRow('oslo', down), locationRow('rome')], said: [see('rome')] },
      { proof: 'proved', routed: ['rome', 'oslo'] },
    ],
    [
      'has failed when the only one that is up failed',
      { locations: [locationRow('oslo', down), locationRow('rome')], said: [see('rome', broken)] },
      { proof: 'failed' },
    ],
    [
      'is served again where a later try worked',
      {
        revision: { proof: 'proved', trials: [trial('oslo', { trying: true })] },
        said: [see('oslo'), see('rome')],
      },
      { proof: 'proved', trials: [], routed: ['oslo', 'rome'] },
    ],
    [
      'has no route where it is being tried',
      {
        revision: { proof: 'proved', trials: [trial('oslo', { trying: true })] },
        said: [see('oslo', pending), see('rome')],
      },
      { routed: ['rome'], assigned: ['oslo', 'rome'], retryInMs: null },
    ],
  ])('%s', (_name, of, expected) => {
    expect(plan(of)).toMatchObject(expected);
  });

  it('says in its status where it failed and why', () => {
    expect(plan({ said: [see('oslo', broken), see('rome')] }).phase).toMatchObject({
      kind: 'deployed',
      missing: [{ location: 'oslo', failure: broken.failure, retryMs: 10_000 }],
    });
  });
});

describe('a first revision that failed', () => {
  const here = [locationRow('here')];
  const said = (state: Parameters<typeof observation>[2]) => [observation('here', 'rev_1', state)];
  const waits = (changes: Partial<LocationTrial>) => ({
    proof: 'failed' as const,
    failure: noSpace.failure,
    trials: [trial('here', changes)],
  });

  it.each([
    ['MODEL_MISSING', null],
    ['MODEL_INVALID', null],
    ['MODEL_CHANGED', null],
    ['ORIGIN_REFUSED', null],
    ['TASK_UNSUPPORTED', null],
    ['LOAD_FAILED', null],
    ['READINESS_TIMEOUT', 10_000],
    ['INTERNAL_ERROR', 10_000],
    ['OF_A_NEWER_VERSION', 10_000],
  ])('of %s is tried again after %j ms', (code, retryInMs) => {
    const made = plan({ locations: here, said: said(failing(code)) });
    expect(made).toMatchObject({ proof: 'failed', assigned: [], retryInMs });
    expect(made.phase).toMatchObject({ kind: 'failed', retryMs: retryInMs });
  });

  it.each([
    [1, 20_000],
    [5, 320_000],
    [7, 600_000],
    [9, null],
  ])(
    'is tried again ever later, and not for ever: after %d failures and one more %j',
    (failures, retryInMs) => {
      const revision = { trials: [trial('here', { failures, trying: true })] };
      expect(plan({ locations: here, revision, said: said(noSpace) })).toMatchObject({
        trials: [{ failures: failures + 1 }],
        retryInMs,
      });
    },
  );

  it('waits until its time has come', () => {
    const made = plan({ locations: here, revision: waits({ retryAt: pictureTimeMs + 1 }), at: [] });
    expect(made).toMatchObject({ proof: 'failed', assigned: [], retryInMs: 1 });
  });

  it('then gets the traffic and has to prove itself again', () => {
    const made = plan({ locations: here, revision: waits({ retryAt: pictureTimeMs }), at: [] });
    expect(made).toMatchObject({
      proof: 'needed',
      failure: undefined,
      trials: [{ trying: true, retryAt: null }],
      routed: ['here'],
      assigned: ['here'],
      phase: { kind: 'deploying' },
    });
  });

  it('waits on while its location is down', () => {
    const locations = [locationRow('here', down)];
    const made = plan({ locations, revision: waits({ retryAt: pictureTimeMs - 5_000 }), at: [] });
    expect(made).toMatchObject({ proof: 'failed', retryInMs: null });
  });

  it('is not failed again by what its location said before it was asked again', () => {
    const revision = { trials: [trial('here', { trying: true })] };
    const late = [locationRow('here', { assignmentsVersion: 4 })]; // it was asked with version 5
    expect(plan({ locations: late, revision, said: said(noSpace) })).toMatchObject({ proof: 'needed' });
  });

  it('counts one failure once, however often it is told', () => {
    const first = plan({ locations: here, said: said(noSpace) });
    const revision = { proof: 'failed' as const, failure: noSpace.failure, trials: first.trials };
    expect(plan({ locations: here, revision, said: said(noSpace) }).trials).toEqual(first.trials);
  });
});

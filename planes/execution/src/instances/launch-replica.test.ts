import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import type { Driver, InstanceSpec } from '@beeline/drivers/interface';
import type { LaunchRequest, Runtime } from '@beeline/runtime-interface';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArtifactRequest } from '../artifacts/artifact-cache.ts';
import { createFakeDriver } from '../testing/fake-driver.ts';
import { createFakeRuntime } from '../testing/fake-runtime.ts';
import { buildAssignment } from '../testing/location-fixture.ts';
import { makeTestBoxKey } from '../testing/make-test-box-key.ts';
import { type LaunchContext, launchReplica } from './launch-replica.ts';
import { newReplica, type Replica } from './replica.ts';

let directory: string;
let clock: FakeClock;
let driver: Driver;
let runtime: Runtime;
let context: LaunchContext;
let replica: Replica;
let fetched: { request: ArtifactRequest; signal: AbortSignal | undefined }[];
let released: number;
let specs: InstanceSpec[];
let requests: LaunchRequest[];
let steps: [state: string, digest: string | null][];
/** Runs in the middle of the step that it is named after. */
let during: Partial<Record<'fetch' | 'inspect' | 'start', () => void>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-launch-'));
  [fetched, released, specs, requests, steps, during] = [[], 0, [], [], [], {}];
  clock = createFakeClock();
  await clock.advance(7_000);
  replica = newReplica('replica1', 0);
  const fake = createFakeDriver();
  driver = {
    ...fake,
    create(spec) {
      specs.push(spec);
      return fake.create(spec);
    },
    async start(id) {
      during.start?.();
      return { ...(await fake.start(id)), answeredMs: 30, readyMs: 400 };
    },
  };
  const spec = createFakeRuntime({ target: 2, hard: 3 });
  runtime = {
    ...spec,
    async inspectModel() {
      during.inspect?.();
      return { ok: true, task: 'text-classification', dtype: 'q8', reasons: [] };
    },
    buildLaunchSpec(request) {
      requests.push(request);
      const built = spec.buildLaunchSpec(request);
      return { ...built, ready: { path: '/ready', timeoutMs: 9_000 } };
    },
  };
  context = {
    location: 'here',
    drivers: { process: driver },
    runtimes: { fake: runtime },
    artifacts: {
      async fetch(request, signal) {
        fetched.push({ request, signal });
        during.fetch?.();
        const release = () => {
          released += 1;
        };
        return { digest: 'sha256:1', directory: '/cache/1', release };
      },
      ...{ evict: async () => 0, close() {} },
      counts: () => ({ files: 0, bytes: 0, hits: 0, misses: 0, failures: 0, damaged: 0 }),
    },
    codeCacheDirectory: join(directory, 'code'),
    monotonicMs: () => clock.monotonicMs(),
    now: () => clock.now(),
    boxKey: makeTestBoxKey(),
  };
});
afterEach(() => rm(directory, { recursive: true }));

const launch = (assignment = buildAssignment('/models/m')) =>
  launchReplica(context, assignment, null, replica, (state, artifact) => {
    steps.push([state, artifact?.digest ?? null]);
  });

function withRuntime(changes: Partial<RevisionAssignment['template']['runtime']>): RevisionAssignment {
  const assignment = buildAssignment('/models/m');
  const { template } = assignment;
  return { ...assignment, template: { ...template, runtime: { ...template.runtime, ...changes } } };
}

describe('a launch', () => {
  test('tells its steps, and afterwards the replica knows where it serves, since when, and its limits', async () => {
    const { endpoint } = await launch();
    expect(steps).toEqual([
      ['fetching', null],
      ['fetching', 'sha256:1'],
      ['starting', 'sha256:1'],
    ]);
    expect(endpoint).toEqual({ socketPath: '/run/replica1.sock' });
    expect(replica).toMatchObject({
      ...{ target: endpoint, answeredAt: 7_030, readyAt: 7_400 },
      ...{ hardConcurrency: 3, graceMs: 5_000, readyPath: '/ready' },
    });
  });

  test('marks the instance with all that a restarted location has to know of it', async () => {
    await launch();
    expect(specs).toHaveLength(1);
    expect(specs[0]).toMatchObject({
      ...{ id: 'replica1', modelDirectory: '/cache/1', ready: { path: '/ready', timeoutMs: 9_000 } },
      labels: {
        ...{ location: 'here', workspace: 'default', model: 'model', environment: 'production' },
        ...{ revision: 'rev1', artifact: 'sha256:1', startedAt: String(clock.now()) },
        ...{ hardConcurrency: '3', graceMs: '5000', readyPath: '/ready' },
      },
    });
  });

  test('asks for a server of what the model was found to be, at the paths that the driver names', async () => {
    await launch(withRuntime({ envs: { A: 'b' }, startTimeoutMs: 1_234 }));
    specs[0]?.command({ modelDirectory: '/inside/model', socketPath: '/inside/s' });
    const same = {
      ...{ modelName: 'model', task: 'text-classification', dtype: 'q8', envs: { A: 'b' } },
      ...{ startTimeoutMs: 1_234, codeCacheDirectory: join(directory, 'code/default') },
    };
    expect(requests).toEqual([
      { ...same, modelDirectory: '/cache/1', socketPath: '/run/model.sock' },
      { ...same, modelDirectory: '/inside/model', socketPath: '/inside/s' },
    ]);
  });

  test('keeps compiled code in a directory of the workspace that only its owner can read', async () => {
    await launch();
    const { mode } = await stat(join(directory, 'code/default'));
    expect(mode & 0o777).toBe(0o700);
    await launch();
  });

  test.each([
    ['the owner, who may use any directory', 'owner', true],
    ['somebody else, who may not', 'other', false],
    ['an earlier release, which let only the owner do it', undefined, true],
  ] as const)('fetches from an origin that was named by %s', async (_who, originNamedBy, trusted) => {
    await launch({
      ...buildAssignment('/models/m'),
      ...(originNamedBy === undefined ? {} : { originNamedBy }),
    } as RevisionAssignment);
    expect(fetched).toEqual([
      { request: { path: '/models/m', digest: null, trusted }, signal: replica.unwanted.signal },
    ]);
  });

  test('gives the files back when it has ended, well or not', async () => {
    await launch();
    expect(released).toBe(1);
    during.start = () => {
      throw new Error('no');
    };
    await expect(launch()).rejects.toThrow('no');
    expect(released).toBe(2);
  });
});

describe('nothing is fetched for', () => {
  afterEach(() => expect([fetched, steps]).toEqual([[], []]));

  test.each([
    ['generation', { generation: 'mk9' }, 'this location has no generation mk9; it has process'],
    ['name of a generation that objects have', { generation: 'toString' }, /no generation toString/],
  ])('a %s that is not here', async (_what, changes, message) => {
    const assignment = buildAssignment('/models/m');
    const launched = launch({ ...assignment, template: { ...assignment.template, ...changes } });
    await expect(launched).rejects.toMatchObject({
      code: 'TASK_UNSUPPORTED',
      message: expect.stringMatching(message),
    });
  });

  test('a runtime that is not here, which may be for want of any', async () => {
    context = { ...context, runtimes: {} };
    await expect(launch()).rejects.toThrow('this location has no runtime fake; it has none');
  });

  test('a variable that decides which code is loaded', async () => {
    const launched = launch(withRuntime({ envs: { LD_PRELOAD: '/x.so' } }));
    await expect(launched).rejects.toMatchObject({ code: 'VARIABLE_REFUSED' });
  });
});

test('a model that the runtime does not take is refused in the runtime’s words, and nothing is started', async () => {
  context = {
    ...context,
    runtimes: {
      fake: {
        ...runtime,
        inspectModel: async () => ({ ok: false, code: 'MODEL_INVALID', message: 'it has no head' }),
      },
    },
  };
  await expect(launch()).rejects.toMatchObject({ code: 'MODEL_INVALID', message: 'it has no head' });
  expect([specs, released]).toEqual([[], 1]);
});

test.each([
  [
    'out of range is the model’s fault',
    new RangeError('maxLength 0'),
    { code: 'MODEL_INVALID', message: 'spec.runtime: maxLength 0' },
  ],
  ['of any other kind stays what it is', new TypeError('a bug'), { name: 'TypeError', message: 'a bug' }],
])('a setting that is %s', async (_what, error, expected) => {
  const buildLaunchSpec = () => {
    throw error;
  };
  context = { ...context, runtimes: { fake: { ...runtime, buildLaunchSpec } } };
  await expect(launch()).rejects.toMatchObject(expected);
});

test.each([
  ['fetch', 1, 0],
  ['inspect', 2, 0],
  ['start', 3, 1],
] as const)('a replica that drains during its %s goes no further', async (step, told, created) => {
  during[step] = () => {
    replica.state = 'draining';
  };
  await expect(launch()).rejects.toMatchObject({
    name: 'LaunchCancelled',
    message: 'replica replica1 is no longer wanted',
  });
  expect([steps.length, specs.length, released]).toEqual([told, created, 1]);
  expect(replica).toMatchObject({ target: null, readyAt: null });
});

describe('a replica from the pool', () => {
  const inside = { modelDirectory: '/inside/model', socketPath: '/inside/s' };
  let claimed: unknown[];
  /** A driver whose waiting instance takes its model. */
  const use = (changes: Partial<Driver> = {}, pool: Runtime['pool'] | null = runtime.pool ?? null) => {
    const { pool: _pool, ...unpooled } = runtime;
    context = {
      ...context,
      runtimes: { fake: pool === null ? unpooled : { ...unpooled, pool } },
      drivers: {
        process: {
          ...driver,
          async claim(id, { message, ...claim }) {
            claimed.push({ id, ...claim, message: message(inside) });
            return { endpoint: { socketPath: '/run/claimed' }, answeredMs: 1, readyMs: 5 };
          },
          ...changes,
        },
      },
    };
  };
  beforeEach(() => {
    claimed = [];
    replica = newReplica('pooled1', 0, true);
  });

  test('is told its model, and no other instance is made', async () => {
    use();
    await launch();
    expect(claimed).toMatchObject([
      {
        ...{ id: 'pooled1', modelDirectory: '/cache/1', labels: { revision: 'rev1' } },
        message: { path: '/claim', body: '{}' },
      },
    ]);
    expect(specs).toEqual([]);
    expect(replica).toMatchObject({
      target: { socketPath: '/run/claimed' },
      answeredAt: 7_001,
      readyAt: 7_005,
    });
  });

  test('gets the message that the runtime makes of the same request', async () => {
    const asked: LaunchRequest[] = [];
    use(
      {},
      {
        ...(runtime.pool as NonNullable<Runtime['pool']>),
        buildClaim(request) {
          asked.push(request);
          return { path: '/be', body: '{"a":1}' };
        },
      },
    );
    await launch(withRuntime({ envs: { A: 'b' } }));
    expect(asked).toMatchObject([{ ...inside, modelName: 'model', dtype: 'q8', envs: { A: 'b' } }]);
    expect(claimed).toMatchObject([{ message: { path: '/be', body: '{"a":1}' } }]);
  });

  test.each<[string, () => void, string]>([
    [
      'a driver that hands over none',
      () => {
        const { claim: _claim, ...without } = driver;
        context = { ...context, drivers: { process: without } };
      },
      'an instance of driver fake cannot be told its model while it waits',
    ],
    [
      'a runtime without a pool',
      () => use({}, null),
      'a server of runtime fake cannot be told its model while it waits',
    ],
    [
      'a runtime that cannot do this one',
      () => use({}, { ...(runtime.pool as NonNullable<Runtime['pool']>), buildClaim: () => null }),
      'a server of runtime fake cannot be told its model while it waits',
    ],
    [
      'an instance that has just ended',
      () =>
        use({
          claim: () => Promise.reject(new BeelineError('INSTANCE_STATE_INVALID', { message: 'exited' })),
        }),
      'instance pooled1 has ended and cannot be told its model while it waits',
    ],
  ])('of %s fails as a claim, so that another is started', async (_what, prepare, message) => {
    prepare();
    await expect(launch()).rejects.toMatchObject({ code: 'CLAIM_FAILED', message });
  });

  test.each([new BeelineError('LOAD_FAILED', { message: 'the model is broken' }), new TypeError('a bug')])(
    'fails like any other when it took its model: %s',
    async (error) => {
      use({ claim: () => Promise.reject(error) });
      await expect(launch()).rejects.toBe(error);
    },
  );
});

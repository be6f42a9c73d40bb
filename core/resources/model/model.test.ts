import { describe, expect, it } from 'vitest';
import { BeelineError } from '../../base/index.ts';
import {
  buildDrainTimeoutMs,
  buildRevisionTemplate,
  buildScalingConfig,
  defaultModelSpec,
  parseModel,
} from '../index.ts';

const runtime = { model: 'file:///models/a' };
const model = (spec: object, metadata: object = {}) => ({
  metadata: { name: 'a', ...metadata },
  spec: { runtime, ...spec },
});

function refusal(value: unknown): string {
  try {
    parseModel(value);
  } catch (error) {
    if (error instanceof BeelineError && error.code === 'INVALID_INPUT') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a model document', () => {
  it('is accepted with the least that makes sense, and gets its defaults', () => {
    const spec = defaultModelSpec(parseModel(model({})).spec);
    expect(spec).toEqual({
      enabled: true,
      policies: [],
      flavors: [],
      runtime: {
        type: 'directory',
        model: 'file:///models/a',
        engine: 'transformers',
        envs: [],
        startTimeout: '120s',
        generation: 'process',
      },
      serverlessConfig: {
        minNumReplicas: 0,
        maxNumReplicas: 4,
        metric: 'concurrency',
        target: '8',
        stableWindow: '60s',
        scaleUpMinimum: 1,
      },
    });
  });

  it('may come back as the API returned it', () => {
    const returned = {
      ...model(
        {},
        { workspace: 'default', generation: 3, createdAt: '2026-01-01T00:00:00Z', url: 'http://x' },
      ),
      status: 'DEPLOYED',
      events: [],
      observed: {},
    };
    expect(refusal(returned)).toBe('accepted');
  });

  it.each([
    [
      'an unknown field with a near name',
      model({ serverlessConfig: { maxNumReplica: 3 } }),
      'spec.serverlessConfig.maxNumReplica is not a known field (received 3); did you mean "maxNumReplicas"?',
    ],
    ['a missing runtime', { metadata: { name: 'a' }, spec: {} }, 'spec.runtime is required'],
    [
      'a name in capitals',
      model({}, { name: 'Nope' }),
      'metadata.name must be lowercase letters, digits and hyphens',
    ],
    [
      'a wrong enum',
      model({ runtime: { ...runtime, task: 'text-clasification' } }),
      'did you mean "text-classification"?',
    ],
    [
      'a relative origin',
      model({ runtime: { model: './a' } }),
      'spec.runtime.model must be file: and the absolute path of a directory (received "./a")',
    ],
    ...[
      ['file://models/a', 'must name no machine; write file:///models/a for that path'],
      ['file:///models/a#b', 'must have ? written as %3F and # as %23'],
      ['file:///models/100%', 'must have % written as %25'],
      ['file:///models/%00', 'must not have a zero byte in it'],
    ].map(([origin = '', rule]): [string, unknown, string] => [
      `the origin ${origin}`,
      model({ runtime: { model: origin } }),
      `spec.runtime.model ${rule} (received "${origin}")`,
    ]),
    [
      'min over max',
      model({ serverlessConfig: { minNumReplicas: 5, maxNumReplicas: 2 } }),
      'spec.serverlessConfig.minNumReplicas must not be over maxNumReplicas (2) (received 5)',
    ],
    [
      'a metric that nobody measures',
      model({ serverlessConfig: { metric: 'gpu' } }),
      'spec.serverlessConfig.metric must be one of concurrency, rps, cpu, memory (received "gpu")',
    ],
    [
      'a stable window that is too short',
      model({ serverlessConfig: { stableWindow: '5s' } }),
      'spec.serverlessConfig.stableWindow must be between 6s and 1h (received "5s")',
    ],
    [
      'a drain timeout that is too long',
      model({ serverlessConfig: { drainTimeout: '2d' } }),
      'spec.serverlessConfig.drainTimeout must be at most 24h (received "2d")',
    ],
    [
      'more replicas from zero than the maximum',
      model({ serverlessConfig: { scaleUpMinimum: 3, maxNumReplicas: 2 } }),
      'spec.serverlessConfig.scaleUpMinimum must not be over maxNumReplicas (2) (received 3)',
    ],
    [
      'a target of zero',
      model({ serverlessConfig: { target: '0' } }),
      'spec.serverlessConfig.target must be over 0 and below 10000 (received "0")',
    ],
    [
      'a target of more requests than a replica can have',
      model({ serverlessConfig: { metric: 'rps', target: '10000' } }),
      'spec.serverlessConfig.target must be over 0 and below 10000 (received "10000")',
    ],
    [
      'more processors than machines have',
      model({ serverlessConfig: { metric: 'cpu', target: '6401' } }),
      'spec.serverlessConfig.target must be from 1 to 6400, in percent of one processor (received "6401")',
    ],
    [
      'a part of a MiB',
      model({ serverlessConfig: { metric: 'memory', target: '0.5' } }),
      'spec.serverlessConfig.target must be from 1 to 1048576, in MiB (received "0.5")',
    ],
    [
      'mixed hardware',
      model({
        flavors: [
          { name: 'x86', type: 'cpu' },
          { name: 't4', type: 'gpu' },
        ],
      }),
      'spec.flavors must be all cpu or all gpu',
    ],
    [
      'a start timeout out of bounds',
      model({ runtime: { ...runtime, startTimeout: '2h' } }),
      'spec.runtime.startTimeout must be between 100ms and 1h (received "2h")',
    ],
    ...[
      ['OPENSSL_CONF', 'must not be set for generation process: TLS and network libraries load modules'],
      ['NODE_OPTIONS', 'must not be set for generation process: Node loads code by it'],
      ['SOME_THING', 'is not among the names that may be set for generation process (received "SOME_THING")'],
    ].map(([name = '', rule]): [string, unknown, string] => [
      `the variable ${name}`,
      model({
        runtime: {
          ...runtime,
          envs: [
            { name: 'MODEL_A', value: '' },
            { name, value: 'x' },
          ],
        },
      }),
      `spec.runtime.envs[1].name ${rule}`,
    ]),
    [
      'a variable twice',
      model({ runtime: { ...runtime, envs: ['1', '2'].map((value) => ({ name: 'A', value })) } }),
      'spec.runtime.envs[1].name A is there twice',
    ],
    ['a policy twice', model({ policies: ['eu', 'cpu', 'eu'] }), 'spec.policies[2] eu is there twice'],
    [
      'a flavor twice',
      model({
        flavors: [
          { name: 'x86', type: 'cpu' },
          { name: 'x86', type: 'cpu' },
        ],
      }),
      'spec.flavors[1].name x86 is there twice',
    ],
    ['a wrong type', model({ enabled: 'yes' }), 'spec.enabled must be boolean (received "yes")'],
    [
      'an element of a list',
      model({ runtime: { ...runtime, envs: [{ name: '1X', value: '' }] } }),
      'spec.runtime.envs[0].name must be letters, digits',
    ],
    ['a list instead of a document', [], 'the document must be object'],
  ])('is refused with the reason: %s', (_, value, message) => {
    expect(refusal(value)).toContain(message);
  });

  it('takes any labels', () => {
    expect(refusal(model({}, { labels: { 'anything.goes/here': 'x' } }))).toBe('accepted');
  });
});

describe('a revision template', () => {
  it('changes with origin and runtime only', () => {
    const build = (spec: object) => buildRevisionTemplate(defaultModelSpec(parseModel(model(spec)).spec));
    const base = build({});
    expect(build({ enabled: false, policies: ['eu'], serverlessConfig: { drainTimeout: '1s' } })).toEqual(
      base,
    );
    expect(build({ runtime: { ...runtime, dtype: 'fp32' } })).not.toEqual(base);
    expect(base.origin.path).toBe('/models/a');
  });

  it.each([
    ['file:///my%20models/a', '/my models/a'],
    ['file:///my models/a', '/my models/a'],
    ['file:///models/a%23b%3Fc%25', '/models/a#b?c%'],
    ['file://localhost/models/a', '/models/a'],
  ])('reads the path of %s', (origin, path) => {
    const spec = defaultModelSpec(parseModel(model({ runtime: { model: origin } })).spec);
    expect(buildRevisionTemplate(spec).origin.path).toBe(path);
  });
});

describe('scaling bounds', () => {
  it('are compiled to numbers and milliseconds', () => {
    const spec = defaultModelSpec(
      parseModel(model({ serverlessConfig: { target: '2.5', lastPodRetentionPeriod: '5m' } })).spec,
    );
    expect(buildScalingConfig(spec)).toEqual({
      minReplicas: 0,
      maxReplicas: 4,
      metric: 'concurrency',
      target: 2.5,
      scaleUpMinimum: 1,
      stableWindowMs: 60_000,
      scaleDownDelayMs: null,
      retentionMs: 300_000,
    });
  });
});

describe('a target that the user left out', () => {
  it.each([
    ['concurrency', 8],
    ['rps', 10],
    ['cpu', 70],
    ['memory', 1_024],
  ])('of %s is %d', (metric, target) => {
    const spec = defaultModelSpec(parseModel(model({ serverlessConfig: { metric } })).spec);
    expect(buildScalingConfig(spec)).toMatchObject({ metric, target });
  });
});

describe('the time for running requests of a replica that is no longer wanted', () => {
  it.each([
    ['is what the deployment says', { drainTimeout: '90s' }, 90_000],
    ['may be none', { drainTimeout: '0' }, 0],
    ['is up to the location otherwise', {}, null],
  ])('%s', (_name, serverlessConfig, expected) => {
    const spec = defaultModelSpec(parseModel(model({ serverlessConfig })).spec);
    expect(buildDrainTimeoutMs(spec)).toBe(expected);
  });
});

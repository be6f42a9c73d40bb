import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeViolations } from '../../base/index.ts';
import {
  buildRevisionTemplate,
  defaultModelSpec,
  type ModelSpec,
  parseModel,
  planEnvs,
  showModelSpec,
  takeSecretValues,
} from '../index.ts';

type Envs = readonly { name: string; value: string; secret?: boolean; version?: string }[];

const spec = (...envs: Envs) => ({ runtime: { model: 'file:/m', envs: [...envs] } });
const token = { name: 'TOKEN', value: 'not-for-eyes', secret: true };
const stored: ModelSpec['runtime']['envs'] = [
  { name: 'TOKEN', secret: true, id: 'sec_1' },
  { name: 'MODEL_A', value: '1' },
];
const plan = (envs: Envs, before = stored) => planEnvs(takeSecretValues(spec(...envs)), before);

describe('secret variables', () => {
  it('are taken out of a spec, and nothing prints them from then on', () => {
    const taken = takeSecretValues(spec(token, { name: 'MODEL_A', value: '1' }));
    expect(taken.values.get('TOKEN')?.reveal()).toBe('not-for-eyes');
    expect(taken.spec).toEqual(spec({ ...token, value: '***' }, { name: 'MODEL_A', value: '1' }));
    expect(inspect(taken, { depth: 9 })).not.toContain('not-for-eyes');
  });

  it('are stored and deployed by the id of their sealed value, and shown as ***', () => {
    const { spec: hidden } = takeSecretValues(spec({ name: 'MODEL_A', value: '1' }, token));
    const complete = defaultModelSpec(hidden, { TOKEN: 'sec_1' });
    expect(complete.runtime.envs).toEqual([
      { name: 'MODEL_A', value: '1' },
      { name: 'TOKEN', secret: true, id: 'sec_1' },
    ]);
    expect(buildRevisionTemplate(complete).runtime).toMatchObject({
      envs: { MODEL_A: '1' },
      secretEnvs: { TOKEN: 'sec_1' },
    });
    expect(showModelSpec(complete).runtime.envs).toEqual([
      { name: 'MODEL_A', value: '1' },
      { name: 'TOKEN', value: '***', secret: true, version: 'sec_1' },
    ]);
    expect(() => defaultModelSpec(hidden)).toThrow('the secret value of TOKEN was not sealed');
  });

  it('leave a template without any as it was before there were some', () => {
    const template = buildRevisionTemplate(defaultModelSpec(spec({ name: 'MODEL_A', value: '1' })));
    expect(Object.keys(template.runtime)).toEqual(['engine', 'task', 'dtype', 'envs', 'startTimeoutMs']);
  });
});

describe('what becomes of secret values', () => {
  it.each([
    ['sealed when there was none', [token], [], {}, ['TOKEN', null]],
    ['compared with the one before', [token], stored, {}, ['TOKEN', 'sec_1']],
    ['sealed when the variable was plain', [{ ...token, name: 'MODEL_A' }], stored, {}, ['MODEL_A', null]],
    ['kept by ***', [{ ...token, value: '***' }], stored, { TOKEN: 'sec_1' }, null],
    ['kept by *** of the same version', [shown('sec_1')], stored, { TOKEN: 'sec_1' }, null],
    ['dropped with the variable', [{ name: 'MODEL_A', value: '2' }], stored, {}, null],
    ['dropped for a plain one', [{ name: 'TOKEN', value: 'plain' }], stored, {}, null],
    ['nothing for a plain ***', [{ name: 'MODEL_B', value: '***' }], stored, {}, null],
  ] as const)('is %s', (_name, envs, before, kept, sent) => {
    const decided = plan(envs, before);
    expect(decided.violations).toEqual([]);
    expect(decided.kept).toEqual(kept);
    expect(decided.sent.map(({ name, before: id }) => [name, id])).toEqual(sent === null ? [] : [sent]);
  });

  it.each([
    [
      [{ ...token, value: '***' }],
      [],
      'spec.runtime.envs[0].value is ***, which keeps a value that is stored, and TOKEN has none; send the value',
    ],
    [
      [
        { name: 'MODEL_B', value: '' },
        { name: 'TOKEN', value: '***' },
      ],
      stored,
      'spec.runtime.envs[1].value is *** without secret: true; add secret: true',
    ],
    [
      [shown('sec_0')],
      stored,
      'spec.runtime.envs[0].value keeps version sec_0, and the value has changed since (now sec_1); read',
    ],
  ])('is refused: %j', (envs, before, message) => {
    expect(describeViolations(plan(envs, before).violations)).toContain(message);
  });
});

function shown(version: string) {
  return { name: 'TOKEN', value: '***', secret: true, version };
}

describe('a refusal', () => {
  const model = (runtime: object) => ({ metadata: { name: 'a' }, spec: { runtime } });
  it.each([
    ['the value breaks a rule', { model: 'file:/m', envs: [{ ...token, value: 'not-for-eyes\0' }] }],
    ['the name breaks a rule', { model: 'file:/m', envs: [{ ...token, name: 'NOT-for' }] }],
    ['a field is misspelt', { model: 'file:/m', env: [token] }],
    ['a field beside it is unknown', { model: 'file:/m', envs: [{ ...token, secrets: 1 }] }],
    ['it is marked in the wrong way', { model: 'file:/m', env: [{ ...token, secret: 'yes' }] }],
    ['it is not in a list', { model: 'file:/m', envs: token }],
    [
      'the value is of another type',
      { model: 'file:/m', envs: [{ ...token, value: { a: 'not-for-eyes' } }] },
    ],
  ])('never shows a secret value: %s', (_name, runtime) => {
    let error: unknown;
    try {
      parseModel(model(runtime));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(inspect(error, { depth: 9 })).not.toContain('for-eyes');
  });
});

describe('variables that an earlier version took', () => {
  const before: ModelSpec['runtime']['envs'] = [
    { name: 'HOME', value: '/here' },
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];

  it('stay allowed as they are, so that the deployment can be changed and stopped, and in no other way', () => {
    const same = { name: 'HOME', value: '/here' };
    expect(plan([same], before).violations).toEqual([]);
    expect(plan([{ ...same, value: '/there' }], before).violations).toHaveLength(1);
    expect(plan([{ ...same, secret: true }], before).violations).toHaveLength(1);
    expect(plan([same], []).violations).toHaveLength(1);
  });

  it('are shown once, as they count', () => {
    const spec = { ...defaultModelSpec({ runtime: { model: 'file:/m' } }), policies: ['eu', 'cpu', 'eu'] };
    const shown = showModelSpec({ ...spec, runtime: { ...spec.runtime, envs: before } });
    expect(shown.runtime.envs).toEqual([
      { name: 'HOME', value: '/here' },
      { name: 'A', value: '2' },
    ]);
    expect(shown.policies).toEqual(['cpu', 'eu']);
  });
});

import { expect, it } from 'vitest';
import { defaultModelSpec } from './defaults.ts';
import { buildRevisionTemplate, completeRevisionTemplate, isSameTemplate } from './template.ts';

const bare = buildRevisionTemplate(defaultModelSpec({ runtime: { model: 'file:/m' } }));

it('gives a template that lacks fields what a spec that does not name them gets', () => {
  expect(completeRevisionTemplate({ origin: { path: '/m' } })).toEqual(bare);
  expect(isSameTemplate({ origin: { path: '/m' } }, bare)).toBe(true);
});

it('takes no notice of fields that are not known', () => {
  const later = { ...bare, isolation: 'more', runtime: { ...bare.runtime, cache: true } };
  expect(isSameTemplate(later, bare)).toBe(true);
});

const runtime = (changes: object) => ({ ...bare, runtime: { ...bare.runtime, ...changes } });

it.each([
  ['its origin', { ...bare, origin: { kind: 'directory' as const, path: '/other' } }],
  ['its generation', { ...bare, generation: 'container' }],
  ['its engine', runtime({ engine: 'torch' })],
  ['its task', runtime({ task: 'text-generation' })],
  ['its dtype', runtime({ dtype: 'q8' })],
  ['a variable', runtime({ envs: { A: '1' } })],
  ['a secret variable', runtime({ secretEnvs: { TOKEN: 'sec_1' } })],
  ['its time to start', runtime({ startTimeoutMs: 1 })],
])('tells templates apart by %s', (_what, other) => {
  expect(isSameTemplate(other, bare)).toBe(false);
  expect(isSameTemplate(other, structuredClone(other))).toBe(true);
});

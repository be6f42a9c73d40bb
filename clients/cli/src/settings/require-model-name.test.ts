import { expect, it } from 'vitest';
import { requireModelName } from './require-model-name.ts';

it('takes every name of the kind', () => {
  expect(requireModelName('run', 'models', 'sentiment')).toBe('sentiment');
});

it.each([
  ['sentiment', undefined, 'the kind is missing before the name; write bl run model sentiment'],
  ['model', undefined, 'the name of the model is missing; write bl run model NAME'],
  ['policy', undefined, 'bl run is for models only (received policy); write bl run model NAME'],
  ['policy', 'p', 'bl run is for models only (received policy); write bl run model p'],
  ['modle', 'm', 'bl run is for models only (received modle); write bl run model m'],
])('refuses %s %s with the command line that was meant', (kind, name, message) => {
  expect(() => requireModelName('run', kind, name)).toThrowError(message);
});

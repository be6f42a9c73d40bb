import { describe, expect, it } from 'vitest';
import { parsePolicy } from './validate.ts';

const policy = (spec: object) => ({ metadata: { name: 'p' }, spec });

describe('a policy document', () => {
  it.each([
    policy({ type: 'location', locations: [{ type: 'continent', name: 'eu' }] }),
    policy({ type: 'flavor', resourceTypes: ['model'], flavors: [{ name: 't4', type: 'gpu' }] }),
    policy({ type: 'maxToken', maxTokens: { granularity: 'hour', step: 1, output: 20_000 } }),
  ])('is accepted: %j', (value) => {
    expect(parsePolicy(value)).toEqual(value);
  });

  it.each([
    [policy({ type: 'location' }), 'spec.locations is required for a policy of type location'],
    [policy({ type: 'flavor', flavors: [] }), 'spec.flavors is required for a policy of type flavor'],
    [
      policy({
        type: 'flavor',
        flavors: [{ name: 't4', type: 'gpu' }],
        locations: [{ type: 'country', name: 'fr' }],
      }),
      'spec.locations has no effect in a policy of type flavor',
    ],
    [
      policy({
        type: 'location',
        locations: [
          { type: 'country', name: 'fr' },
          { type: 'country', name: 'fr' },
        ],
      }),
      'spec.locations[1] country fr is there twice',
    ],
    [
      policy({
        type: 'flavor',
        flavors: [
          { name: 't4', type: 'gpu' },
          { name: 't4', type: 'gpu' },
        ],
      }),
      'spec.flavors[1] gpu t4 is there twice',
    ],
    [policy({ type: 'region' }), 'spec.type must be one of location, flavor, maxToken (received "region")'],
  ])('is refused with the reason: %j', (value, message) => {
    expect(() => parsePolicy(value)).toThrow(message);
  });
});

import { BeelineError } from '@beeline/core/base';
import type { LocationPort, RouteTarget } from '@beeline/core/contract';
import { describe, expect, it } from 'vitest';
import { createFakeLocation } from '../../testing/fake-location.ts';
import { sampleRoute } from '../../testing/start-gateway.ts';
import { type Choice, choose, chooseElsewhere, chooseTarget, TriedChoices } from './choose.ts';

const target = (revision: string, weight: number, locations = ['local']) => ({ revision, weight, locations });

describe('a revision', () => {
  it.each([
    [[target('a', 100)], 0.99, 'a'],
    [[target('a', 90), target('b', 10)], 0, 'a'],
    [[target('a', 90), target('b', 10)], 0.899, 'a'],
    [[target('a', 90), target('b', 10)], 0.9, 'b'],
    [[target('a', 90), target('b', 10)], 0.999, 'b'],
    [[target('a', 0), target('b', 100)], 0, 'b'],
    [[target('a', 1), target('b', 1), target('c', 1)], 0.5, 'b'],
  ])('of %j at %d is %s', (targets, point, revision) => {
    expect(chooseTarget(targets, point)?.revision).toBe(revision);
  });

  it('is none when there is no target', () => {
    expect(chooseTarget([], 0.5)).toBeUndefined();
  });
});

/** `oslo` is connected, `!oslo` is connected and known not to answer. */
const portsOf = (...names: readonly string[]) =>
  new Map<string, LocationPort>(
    names.map((name) => {
      const location = name.replace('!', '');
      const port = createFakeLocation({ socketPath: '/nowhere' }, location);
      return [location, Object.assign(port, { reachable: !name.startsWith('!') })];
    }),
  );
const told = (choice: Choice | BeelineError | null) => {
  if (choice === null) return 'nothing';
  return choice instanceof BeelineError ? choice.code : `${choice.revision} at ${choice.port.location}`;
};
const both = ['oslo', 'rome'];

describe('a request goes', () => {
  it.each<readonly [string, readonly RouteTarget[], readonly string[], string]>([
    ['to the first location', [target('a', 100, both)], ['rome', 'oslo'], 'a at oslo'],
    ['past one that is not connected', [target('a', 100, both)], ['rome'], 'a at rome'],
    ['past one that does not answer', [target('a', 100, both)], ['!oslo', 'rome'], 'a at rome'],
    ['to wait for the first when none answers', [target('a', 100, both)], ['!oslo', '!rome'], 'a at oslo'],
    ['nowhere when none is connected', [target('a', 100, both)], [], 'NO_CAPACITY'],
    [
      'to another revision with traffic when its own answers nowhere',
      [target('a', 90, ['oslo']), target('b', 10, ['rome'])],
      ['!oslo', 'rome'],
      'b at rome',
    ],
    [
      'never to a revision without traffic',
      [target('a', 100, ['oslo']), target('b', 0, ['rome'])],
      ['!oslo', 'rome'],
      'a at oslo',
    ],
  ])('%s', (_where, targets, connected, expected) => {
    const route = { ...sampleRoute, targets };
    expect(told(choose(route, portsOf(...connected), () => 0))).toBe(expected);
  });
});

describe('a request that was not taken goes', () => {
  it.each<readonly [string, readonly (readonly [string, string])[], readonly string[], string]>([
    ['to the next location', [['a', 'oslo']], ['oslo', 'rome'], 'a at rome'],
    ['to no location that does not answer', [['a', 'oslo']], ['oslo', '!rome'], 'b at oslo'],
    [
      'to another revision when its own was tried everywhere',
      [
        ['a', 'oslo'],
        ['a', 'rome'],
      ],
      both,
      'b at oslo',
    ],
    [
      'nowhere twice',
      [
        ['a', 'oslo'],
        ['a', 'rome'],
        ['b', 'oslo'],
      ],
      both,
      'nothing',
    ],
  ])('%s', (_where, refused, connected, expected) => {
    const ports = portsOf(...connected);
    const tried = new TriedChoices();
    for (const [revision, name] of refused) tried.add(revision, name);
    const targets = [target('a', 90, both), target('b', 10, ['oslo'])];
    expect(told(chooseElsewhere(targets, ports, targets[0], tried))).toBe(expected);
  });
});

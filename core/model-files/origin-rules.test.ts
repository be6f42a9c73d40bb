import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeOriginPath } from './judge-origin-path.ts';
import { chooseOriginRoots, isBelow, withRealPaths } from './origin-rules.ts';

test.each([
  ['/models', '/models', true],
  ['/models/a', '/models', true],
  ['/models-2/a', '/models', false],
  ['/', '/models', false],
  ['/models/a', '/', true],
])('whether %s lies in %s: %s', (path, directory, below) => {
  expect(isBelow(path, directory)).toBe(below);
});

test.each([
  ['/srv/project', '/home/me', ['/srv/project']],
  ['/home/me/project', '/home/me', ['/home/me/project']],
  ['/home/me', '/home/me', []],
  ['/home', '/home/me', []],
  ['/', '/nowhere', []],
  ['/', '/', []],
])('who starts in %s with the home %s and says nothing has these roots: %j', (startedIn, home, roots) => {
  expect(chooseOriginRoots(startedIn, home)).toEqual(roots);
});

const rules = { roots: ['/models', '/more'], forbidden: ['/etc', '/models/.beeline'] };

test.each([
  ['/models/a', false, null],
  ['/models/../more/a', false, null],
  ['/elsewhere/a', true, null],
  ['/elsewhere/a', false, /^must lie in one of originRoots \(\/models, \/more\); .*ask the owner/],
  ['/models/../elsewhere', false, /^must lie in one of/],
  ['/etc', true, /^must not lie in \/etc/],
  ['/etc/ssl', true, /^must not lie in \/etc/],
  ['/models/.beeline/data', true, /^must not lie in \/models\/\.beeline/],
  ['/models', true, /^must not hold \/models\/\.beeline/],
  ['/', true, /^must not hold/],
])('the path %s, named by the owner: %s, is judged', (path, byOwner, rule) => {
  const found = judgeOriginPath(path, byOwner, rules);
  if (rule === null) expect(found).toBeNull();
  else expect(found).toMatch(rule);
});

test('without roots only the owner may name a directory; with unknown ones it is for the location to say', () => {
  const none = { roots: [], forbidden: [] };
  expect(judgeOriginPath('/a', false, none)).toMatch(/must be applied by the owner .* originRoots is empty/);
  expect(judgeOriginPath('/a', true, none)).toBeNull();
  expect(judgeOriginPath('/a', false, { roots: null, forbidden: [] })).toBeNull();
});

test('a directory that a link leads to is known by both of its paths', () => {
  const root = mkdtempSync(join(tmpdir(), 'bl-roots-'));
  try {
    symlinkSync(root, join(root, 'link'));
    expect(withRealPaths([join(root, 'link'), join(root, 'none')])).toEqual([
      join(root, 'link'),
      join(root, 'none'),
      root,
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OriginRules } from '@beeline/core/model-files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkOrigin } from './check-origin.ts';

let base: string;
let rules: OriginRules;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'bl-origin-')));
  for (const folder of ['roots/model', 'outside/model', 'own/data']) {
    await mkdir(join(base, folder), { recursive: true });
  }
  await symlink(join(base, 'outside'), join(base, 'roots', 'out'));
  await symlink(join(base, 'outside', 'missing'), join(base, 'roots', 'dangling'));
  await symlink(join(base, 'roots'), join(base, 'alias'));
  await symlink(join(base, 'own', 'data'), join(base, 'roots', 'own'));
  rules = { roots: [join(base, 'roots'), join(base, 'no-such-root')], forbidden: [join(base, 'own')] };
});
afterEach(() => rm(base, { recursive: true, force: true }));

const check = (path: string, trusted: boolean) => checkOrigin(join(base, path), trusted, rules);

test.each([
  ['roots/model', 'roots/model'],
  ['roots', 'roots'],
  ['alias/model', 'roots/model'],
  ['roots/none/at/all', 'roots/none/at/all'],
])('everybody may name %s', (path, real) => {
  expect(check(path, false)).toBe(join(base, real));
});

test('a root may be named through a link', () => {
  expect(checkOrigin(join(base, 'roots/model'), false, { ...rules, roots: [join(base, 'alias')] })).toBe(
    join(base, 'roots/model'),
  );
});

test.each([
  'outside/model',
  'outside/none',
  'roots/out',
  'roots/out/model',
  'roots/out/none',
  'roots/dangling',
  'roots/dangling/none',
  'no-such-root/model',
])('only the owner may name %s, and others learn nothing of what is there', (path) => {
  const sentence = `models may not come from ${join(base, path)}: it lies outside originRoots of the location; `;
  expect(() => check(path, false)).toThrow(sentence);
  expect(() => check(path, false)).toThrow(expect.objectContaining({ code: 'ORIGIN_REFUSED' }));
});

test('the owner may name what lies anywhere else', async () => {
  expect(check('outside/model', true)).toBe(join(base, 'outside/model'));
  expect(check('roots/out/model', true)).toBe(join(base, 'outside/model'));
  expect(check('outside/none', true)).toBe(join(base, 'outside/none'));
});

test.each(['own', 'own/data', 'own/none', 'roots/own', '.'])('nobody may name %s', (path) => {
  expect(() => check(path, true)).toThrow(/may not come from .* the platform's own files/);
});

test('a directory that this user may not see counts as its place says', async () => {
  await writeFile(join(base, 'roots/file'), '');
  expect(check('roots/file/below', false)).toBe(join(base, 'roots/file/below'));
  await mkdir(join(base, 'roots/closed/model'), { recursive: true });
  await chmod(join(base, 'roots/closed'), 0o000);
  expect(check('roots/closed/model', false)).toBe(join(base, 'roots/closed/model'));
  await chmod(join(base, 'roots/closed'), 0o700);
});

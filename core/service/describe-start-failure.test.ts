import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { asBeelineError, BeelineError } from '../base/index.ts';
import { describeStartFailure } from './describe-start-failure.ts';

const directory = mkdtempSync(join(tmpdir(), 'beeline-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, 'file');
writeFileSync(file, '');

function failureOf(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('it did not fail');
}

it.each([
  ['a directory in the place of a file', () => readFileSync(directory), /EISDIR: .*move it away$/],
  [
    'a file in the place of a directory',
    () => mkdirSync(join(file, 'a')),
    /file\/a is refused with ENOTDIR: /,
  ],
  [
    'a file that is missing',
    () => readFileSync(join(directory, 'none')),
    /none is refused with ENOENT: .*restore it/,
  ],
])('names %s and the way out', (_what, act, line) => {
  expect(describeStartFailure(failureOf(act))).toMatch(line);
  expect(describeStartFailure(asBeelineError(failureOf(act)))).toMatch(line);
});

it('gives a failure that has a sentence as it is, on one line', () => {
  const error = new BeelineError('INVALID_CONFIGURATION', { message: 'port is wrong\nhost is wrong' });
  expect(describeStartFailure(error)).toBe('port is wrong; host is wrong');
});

it('names a defect without a trace', () => {
  const line = describeStartFailure(failureOf(() => (undefined as unknown as { x: number }).x));
  expect(line).toMatch(/because of a defect \(TypeError: .*\): please report it$/);
  expect(line).not.toContain('\n');
  expect(line).not.toContain('.ts:');
});

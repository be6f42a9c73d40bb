import { BeelineError } from '@beeline/core/base';
import { expect, test } from 'vitest';
import { buildAssignment } from '../testing/location-fixture.ts';
import { buildLogLine } from './replica-log.ts';
import { describeFailure, refuseForFailure } from './revision-failure.ts';

const tailLine = (text: string) => ({ at: 1, source: 'stderr' as const, text });

test('what a model made of its texts is storable when it leaves the location', () => {
  const thrown = new BeelineError('MODEL_INVALID', { message: 'architectures has "Bee\0ForNothing"' });
  const failure = describeFailure(thrown, [tailLine('half \uD83D'), tailLine('zero \0')]);
  expect(failure).toEqual({
    code: 'MODEL_INVALID',
    message: 'architectures has "Bee\uFFFDForNothing"',
    logTail: ['half \uFFFD', 'zero \uFFFD'],
  });
  const line = buildLogLine(buildAssignment('/models/m'), 'replica', tailLine('zero \0'));
  expect(line.message).toBe('zero \uFFFD');
});

test('a failure tells callers the last line, never cut inside a character', () => {
  const failure = describeFailure(new Error('unknown'), [tailLine(`${'x'.repeat(299)}🐝`)]);
  expect(failure.code).toBe('INTERNAL_ERROR');
  expect(refuseForFailure(failure, 1_000).message).toMatch(/x{299}\)$/);
});

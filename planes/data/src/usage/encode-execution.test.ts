import { expect, it } from 'vitest';
import { sampleRecord } from '../../testing/sample-record.ts';
import { encodeExecution } from './encode-execution.ts';

const record = { ...sampleRecord, path: '/v1?q="\\' };

it.each([
  ['a full record', record],
  [
    'one with nothing',
    {
      ...record,
      revision: null,
      location: null,
      replica: null,
      errorCode: 'QUEUE_FULL' as const,
      aborted: true,
      timings: { ...record.timings, firstByteMs: null },
      tokens: null,
    },
  ],
])('%s reads back as it was, its members in their order', (_what, given) => {
  expect(encodeExecution(given)).toBe(JSON.stringify(given));
});

it('times are rounded to microseconds', () => {
  const timings = { ...record.timings, runMs: 0.123_456_789 };
  expect(JSON.parse(encodeExecution({ ...record, timings })).timings.runMs).toBe(0.123);
});

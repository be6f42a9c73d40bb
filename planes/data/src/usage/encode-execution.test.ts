import type { ExecutionRecord } from '@beeline/core/contract';
import { expect, it } from 'vitest';
import { encodeExecution } from './encode-execution.ts';

const record: ExecutionRecord = {
  id: 'exe_1',
  workspace: 'acme',
  model: 'toy',
  environment: 'production',
  revision: 'rev-1',
  location: 'local',
  replica: 'rep-1',
  key: 'key-1',
  startedAt: 1_700_000_000_000,
  method: 'POST',
  path: '/v1?q="\\',
  status: 200,
  source: 'model',
  errorCode: null,
  aborted: false,
  timings: { queueMs: 0, startMs: 1.5, loadMs: 2, runMs: 0.125, firstByteMs: 3, totalMs: 1e-3 },
  requestBytes: 3,
  responseBytes: 4,
  tokens: { input: 1, output: 2, estimated: false },
};

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

import type { ExecutionRecord } from '@beeline/core/contract';

/** The record of an ordinary call. */
export const sampleRecord: ExecutionRecord = {
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
  path: '/',
  status: 200,
  source: 'model',
  errorCode: null,
  aborted: false,
  timings: { queueMs: 0, startMs: 1.5, loadMs: 2, runMs: 0.125, firstByteMs: 3, totalMs: 1e-3 },
  requestBytes: 3,
  responseBytes: 4,
  tokens: { input: 1, output: 2, estimated: false },
};

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeModelServerProgram } from '@beeline/drivers/testing';
import type { Runtime } from '@beeline/runtime-interface';

/**
 * A runtime whose model is a file `behaviour.json` that tells the pretended model server what to do. Those
 * that wait in a pool behave as `waiting` says, whatever their model.
 */
export function createFakeRuntime(concurrency = { target: 2, hard: 4 }, waiting: object = {}): Runtime {
  const behaviours = new Map<string, string>();
  return {
    name: 'fake',
    pool: {
      buildSpec: ({ socketPath, startTimeoutMs }) => ({
        runtime: 'fake',
        argv: [
          process.execPath,
          fakeModelServerProgram,
          socketPath,
          JSON.stringify({ waits: true, ...waiting }),
        ],
        env: { WAITED: 'yes' },
        ready: { path: '/claim', timeoutMs: startTimeoutMs },
      }),
      buildClaim: ({ envs }) =>
        Object.keys(envs).length > 0 ? null : { path: '/claim', body: JSON.stringify({}) },
    },
    async inspectModel(modelDirectory) {
      const text = await readFile(join(modelDirectory, 'behaviour.json'), 'utf8').catch(() => null);
      if (text === null) {
        return { ok: false, code: 'MODEL_INVALID', message: 'there is no behaviour.json' };
      }
      behaviours.set(modelDirectory, text);
      return { ok: true, task: 'text-classification', dtype: 'fp32', reasons: [] };
    },
    buildLaunchSpec: ({ modelDirectory, socketPath, envs, startTimeoutMs }) => ({
      runtime: 'fake',
      argv: [process.execPath, fakeModelServerProgram, socketPath, behaviours.get(modelDirectory) ?? '{}'],
      env: envs,
      ready: { path: '/health', timeoutMs: startTimeoutMs },
      metricsPath: null,
      infoPath: '/info',
      drain: { signal: 'SIGTERM', graceMs: 5_000 },
      concurrency,
      usageDialect: 'none',
    }),
  };
}

import { join } from 'node:path';
import type { Runtime } from '@beeline/runtime-interface';

const program = join(import.meta.dirname, 'numbered-model-server.ts');

/** The runtime of `numbered-model-server.ts`; the deployment's variable SERVED_FILE says where it writes numbers. */
export const numberedRuntime: Runtime = {
  name: 'numbered',
  async inspectModel() {
    return { ok: true, task: 'text-classification', dtype: 'fp32', reasons: [] };
  },
  buildLaunchSpec: ({ socketPath, envs, startTimeoutMs }) => ({
    runtime: 'numbered',
    argv: [process.execPath, program, socketPath, envs.SERVED_FILE ?? '/dev/null'],
    env: envs,
    ready: { path: '/health', timeoutMs: startTimeoutMs },
    metricsPath: null,
    infoPath: null,
    drain: { signal: 'SIGTERM', graceMs: 10_000 },
    concurrency: { target: 32, hard: 256 },
    usageDialect: 'none',
  }),
};

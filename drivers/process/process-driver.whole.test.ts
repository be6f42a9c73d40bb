import { join } from 'node:path';
import { describeDriver } from '../testing/index.ts';
import { open } from './open-for-suite.ts';
import { findMarked } from './process-table.ts';
import { markVariable } from './signal-processes.ts';

describeDriver({
  name: 'process',
  moduleUrl: new URL('./open-for-suite.ts', import.meta.url).href,
  open,
  findProcesses: async (directory) =>
    (await findMarked(markVariable, join(directory, 'instances'))).map(({ pid }) => pid),
  capabilities: { isolation: 'none', freeze: true, checkpoint: false, pools: true, adoption: true },
});

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import type { Reach } from './open-vitest.ts';

// Vitest runs this before each test file.
const reachedFunctions = new Set<string>();
Object.assign(globalThis, { reachedFunctions });

afterAll(() => {
  const test = expect.getState().testPath ?? '';
  const reach: Reach = { test, functions: [...reachedFunctions] };
  const name = createHash('sha256').update(test).digest('hex');
  writeFileSync(join(inject('reachDirectory'), `${name}.json`), JSON.stringify(reach));
});

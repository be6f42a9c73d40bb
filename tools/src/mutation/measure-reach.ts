import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVitest, type Reach, reachSetup } from './open-vitest.ts';

/** A test file that gets to the code, and how long it takes. */
export interface ReachingTest {
  /** Absolute path. */
  readonly path: string;
  readonly tookMs: number;
  readonly functions: ReadonlySet<string>;
}

/**
 * Runs the unit tests that import these files, each by itself, and notes which functions they get to; the fastest
 * first.
 * @param marked The files' texts with marks in their functions, by absolute path.
 * @throws Error when a test fails: nothing can be learned from it.
 */
export async function measureReach(marked: ReadonlyMap<string, string>): Promise<readonly ReachingTest[]> {
  const reachDirectory = mkdtempSync(join(tmpdir(), 'bl-mutation-'));
  const vitest = await openVitest(marked, {
    ...{
      isolate: true,
      testTimeout: 60_000,
      related: [...marked.keys()],
      setupFiles: [reachSetup],
      provide: { reachDirectory },
    },
  });
  try {
    const { testModules, unhandledErrors } = await vitest.start();
    const failed = testModules
      .filter((module) => !module.ok())
      .map(({ moduleId, children }) =>
        [moduleId, ...[...children.allTests('failed')].map(({ fullName }) => fullName)].join(': '),
      );
    if (failed.length > 0 || unhandledErrors.length > 0) {
      throw new Error(`tests fail without any mutant: ${failed.join('\n') || unhandledErrors.join('\n')}`);
    }
    const tookMs = new Map(testModules.map((one) => [one.moduleId, one.diagnostic().duration]));
    return readdirSync(reachDirectory)
      .map((name) => JSON.parse(readFileSync(join(reachDirectory, name), 'utf8')) as Reach)
      .map(({ test, functions }) => ({
        ...{ path: test, tookMs: tookMs.get(test) ?? 0, functions: new Set(functions) },
      }))
      .sort((a, b) => a.tookMs - b.tookMs);
  } finally {
    await vitest.close();
    rmSync(reachDirectory, { recursive: true });
  }
}

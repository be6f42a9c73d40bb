import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createVitest, type TestUserConfig, type Vitest } from 'vitest/node';
import config from '../../../vitest.config.ts';
import { repositoryRoot } from '../source-files.ts';
import { serveTexts } from './serve-texts.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    reachDirectory: string;
  }
}

/** The functions that a test file got to, as `path:number`. */
export interface Reach {
  /** Absolute path. */
  readonly test: string;
  readonly functions: readonly string[];
}

/**
 * Vitest with the unit tests, silent, in one worker.
 * @param texts What some files say instead of what is on the disk, by absolute path; may change between two runs.
 */
export function openVitest(
  texts: ReadonlyMap<string, string>,
  options: Pick<TestUserConfig, 'isolate' | 'bail' | 'testTimeout' | 'related' | 'setupFiles' | 'provide'>,
): Promise<Vitest> {
  const unit = config.test?.projects?.[0];
  if (typeof unit !== 'object' || !('test' in unit)) throw new Error('vitest.config.ts has no unit project');
  const { include = [], exclude = [] } = unit.test ?? {};
  // Its cache goes by what is on the disk, which is not what is served here.
  const fsModuleCache = false;
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  return createVitest(
    {
      ...{
        config: false,
        root: repositoryRoot,
        watch: false,
        fsModuleCache,
        include,
        exclude,
        reporters: [{}],
      },
      ...{ pool: 'threads', maxWorkers: 1, hookTimeout: 30_000, ...options },
    },
    { plugins: [serveTexts(texts)] },
    { stdout: nowhere(), stderr: nowhere() },
  );
}

export const reachSetup = join(import.meta.dirname, 'collect-reach.ts');

import { openVitest } from './open-vitest.ts';

/** Asks for test files to be run while one file has another text. */
export interface HostRequest {
  /** Absolute paths. */
  readonly file: string;
  readonly text: string;
  readonly tests: readonly string[];
}

/** The first sentence that failed; null when all held. */
export interface HostAnswer {
  readonly failed: string | null;
}

/** Far more than a unit test takes: what waits longer waits for something that the mutant took away. */
const testTimeout = 5_000;

/** A process that runs tests on mutants, one after the other: one that hangs can be ended with it. */
const texts = new Map<string, string>();
const vitest = await openVitest(texts, { isolate: false, bail: 1, testTimeout });
const specifications = await vitest.globTestSpecifications();

async function run({ file, text, tests }: HostRequest): Promise<HostAnswer> {
  for (const changed of [...texts.keys(), file]) vitest.invalidateFile(changed);
  texts.clear();
  texts.set(file, text);
  const chosen = tests.flatMap((test) => specifications.filter(({ moduleId }) => moduleId === test));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
  // Vitest gives what it knows of all files, also of those that ran on an earlier mutant.
  for (const module of testModules.filter(({ moduleId }) => tests.includes(moduleId))) {
    for (const test of module.children.allTests('failed')) return { failed: test.fullName };
    if (!module.ok()) return { failed: `${module.relativeModuleId}: ${module.errors()[0]?.message}` };
  }
  return {
    failed: unhandledErrors.length > 0 ? `an error that nobody handled: ${unhandledErrors[0]}` : null,
  };
}

process.on('message', (request: HostRequest) => {
  run(request).then(
    (answer) => process.send?.(answer),
    (thrown) => {
      console.error(thrown);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());

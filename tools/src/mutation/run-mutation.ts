import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isTest, readSourceFiles, repositoryRoot } from '../source-files.ts';
import { applyMutant, findMutants, type Mutant, markFunctions } from './find-mutants.ts';
import { measureReach, type ReachingTest } from './measure-reach.ts';
import { openHost } from './open-host.ts';
import {
  describeChange,
  type Judged,
  renderReport,
  renderSurvivor,
  scoreFolders,
} from './report-survivors.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    again: { type: 'string' },
    json: { type: 'string', default: join(repositoryRoot, 'node_modules/.cache/mutation.json') },
  },
});
const workers = 2;
/** For a process to come up, beside what its tests take. */
const spareMs = 30_000;

const folders = positionals.map((path) => path.replace(/\/+$/, ''));
if (folders.length === 0)
  throw new Error('name a folder: npm run test:mutation -- planes/execution/src/scale');
for (const folder of folders) statSync(join(repositoryRoot, folder));

const absolute = (path: string) => join(repositoryRoot, path);
const files = readSourceFiles().filter(
  ({ path }) => !isTest(path) && folders.some((folder) => path === folder || path.startsWith(`${folder}/`)),
);
const texts = new Map(files.map(({ path, text }) => [path, text]));
const parsed = files.map(({ path, text }) => ({ path, text, parsed: findMutants(path, text) }));
const marked = new Map(
  parsed.map((one) => [absolute(one.path), markFunctions(one.path, one.text, one.parsed)]),
);

/** At most so many mutants, evenly spread. */
function takeSample(all: readonly Mutant[], count: number): readonly Mutant[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)] as Mutant);
}

function testsFor({ path, inFunction }: Mutant, tests: readonly ReachingTest[]): readonly ReachingTest[] {
  return inFunction === null
    ? tests
    : tests.filter(({ functions }) => functions.has(`${path}:${inFunction}`));
}

const keyOf = (mutant: Mutant) => `${mutant.path}: ${describeChange(texts.get(mutant.path) ?? '', mutant)}`;
/** What survived an earlier run, as often as it did. */
function readSurvivors(path: string): ReadonlySet<string> {
  const earlier = JSON.parse(readFileSync(path, 'utf8')) as { mutants: readonly Judged[] };
  const survivors = earlier.mutants.filter(({ killedBy }) => killedBy === null);
  return new Set(survivors.map(({ mutant, change }) => `${mutant.path}: ${change}`));
}
const survivors = options.again === undefined ? null : readSurvivors(options.again);
const all = parsed
  .flatMap((one) => one.parsed.mutants)
  .filter((mutant) => survivors === null || survivors.has(keyOf(mutant)));
const mutants = takeSample(all, options.sample === undefined ? all.length : Number(options.sample));
const startedAt = performance.now();
console.error(
  `${mutants.length} mutants of ${all.length} in ${files.length} files; measuring what tests reach`,
);
const tests = await measureReach(marked);
console.error(`${tests.length} test files import them (${Math.round(performance.now() - startedAt)} ms)`);

const judged: Judged[] = [];
const queue = [...mutants];
async function work(): Promise<void> {
  const host = openHost();
  try {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const text = texts.get(mutant.path) ?? '';
      const reaching = testsFor(mutant, tests);
      const request = { file: absolute(mutant.path), text: applyMutant(text, mutant) };
      const limitMs = spareMs + 4 * reaching.reduce((sum, { tookMs }) => sum + tookMs, 0);
      const reached = reaching.length > 0;
      const killedBy = reached
        ? await host.run({ ...request, tests: reaching.map(({ path }) => path) }, limitMs)
        : null;
      const one = { mutant, change: describeChange(text, mutant), killedBy, reached };
      judged.push(one);
      if (killedBy === null) console.error(renderSurvivor(one));
      if (judged.length % 25 === 0) console.error(`${judged.length} of ${mutants.length}`);
    }
  } finally {
    host.close();
  }
}
await Promise.all(Array.from({ length: workers }, work));

judged.sort((a, b) => a.mutant.path.localeCompare(b.mutant.path) || a.mutant.start - b.mutant.start);
const scores = scoreFolders(folders, judged);
const seconds = Math.round((performance.now() - startedAt) / 1_000);
mkdirSync(dirname(options.json), { recursive: true });
writeFileSync(options.json, `${JSON.stringify({ scores, seconds, mutants: judged }, null, 1)}\n`);
console.log(renderReport(judged, scores));
console.error(`${seconds} s; written to ${options.json}`);

import { spawn } from 'node:child_process';

/** The steps of `npm run check`, each a command of this repository's own node_modules. */
const steps: ReadonlyArray<{ name: string; command: string; args: string[] }> = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  { name: 'unused code', command: 'knip', args: ['--no-progress'] },
  { name: 'unit tests', command: 'vitest', args: ['run', '--project', 'unit', '--reporter', 'dot'] },
];

interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

function runStep(step: (typeof steps)[number]): Promise<StepResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(step.command, step.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        name: step.name,
        ok: code === 0,
        seconds: (performance.now() - started) / 1000,
        output: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
}

const chosen = process.argv.includes('--without-tests')
  ? steps.filter((step) => step.command !== 'vitest')
  : steps;
const results = await Promise.all(chosen.map(runStep));
for (const result of results) {
  if (!result.ok) console.log(`\n${result.output.trimEnd()}\n`);
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${result.name} (${result.seconds.toFixed(1)} s)`);
}
process.exitCode = results.every((result) => result.ok) ? 0 : 1;

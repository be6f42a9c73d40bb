import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { captureStream, createTestIo } from '../testing/test-io.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const promises = await readFile(new URL('promises.md', docs), 'utf8');
const figures = [...promises.matchAll(/```sh\nbl (simulate .+)\n```\n\n```text\n([^`]+)```/g)].map(
  ([, command = '', printed = '']) => [command, printed] as const,
);

async function run(command: string): Promise<string> {
  const stdout = captureStream();
  expect(await runCli(command.split(' '), createTestIo({ stdout: stdout.stream }))).toBe(0);
  return stdout.text();
}

test('there are figures to look at', () => {
  expect(figures.length).toBeGreaterThanOrEqual(3);
});

test.each(figures)('docs/promises.md has what `bl %s` prints', async (command, printed) => {
  expect(await run(command)).toBe(printed);
});

test('the chart of docs/operations/scaling.md is what its command draws', async () => {
  const page = await readFile(new URL('operations/scaling.md', docs), 'utf8');
  const [, command = '', name = ''] = /bl (simulate .+ --chart (\S+\.svg))/.exec(page) ?? [];
  expect(page).toContain(`](${name})`);
  const directory = await mkdtemp(join(tmpdir(), 'bl-chart-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await run(command.replace(name, join(directory, 'drawn.svg')));
  const committed = await readFile(new URL(`operations/${name}`, docs), 'utf8');
  expect(await readFile(join(directory, 'drawn.svg'), 'utf8')).toBe(committed);
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './source-files.ts';

const pathOf = (path: string) => join(repositoryRoot, path);
const bl = (command: string, cwd: string) =>
  execFileSync(pathOf('bl'), command.split(' '), { cwd: pathOf(cwd), encoding: 'utf8' });

/** Puts below each `bl simulate` of docs/promises.md what it prints now; the sentences about it are for people to mend. */
export function writeFigures(): string {
  const path = 'docs/promises.md';
  const page = readFileSync(pathOf(path), 'utf8');
  const renewed = page.replaceAll(
    /(```sh\nbl (simulate .+)\n```\n\n```text\n)[^`]+```/g,
    (_all, head: string, command: string) => `${head}${bl(command, '.')}\`\`\``,
  );
  writeFileSync(pathOf(path), renewed);
  return path;
}

/** Draws the chart that docs/operations/scaling.md shows with the command that it names. */
export function writeChart(): string {
  const folder = 'docs/operations';
  const page = readFileSync(pathOf(`${folder}/scaling.md`), 'utf8');
  const [, command = '', chart = ''] = /bl (simulate .+ --chart (\S+\.svg))/.exec(page) ?? [];
  bl(command, folder);
  return `${folder}/${chart}`;
}

import { readFile } from 'node:fs/promises';
import { yamlLimitTexts } from '@beeline/core/contract';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandTable } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { views } from './output/views.ts';
import { addGlobalOptions } from './settings/global-options.ts';
import { createTestIo } from './testing/test-io.ts';

const reference = await readFile(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');

/** The section of a command, up to the next heading. */
function sectionOf(name: string): string {
  return reference.split(`\n### ${name}\n`)[1]?.split(/\n#{2,3} /)[0] ?? '';
}

async function definedCommand(entry: (typeof commandTable)[number]): Promise<Command> {
  const command = new Command(entry.name);
  await entry.define(command, { io: createTestIo(), finish() {} });
  return command;
}

const common = new Command();
addGlobalOptions(common);
const commonFlags = common.options.map(({ long }) => long);

describe('docs/reference/cli.md', () => {
  it('has every command, in the order of the help, and no other', () => {
    const headings = [...reference.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(commandTable.map(({ name }) => name));
  });

  it.each(commandTable.map((entry) => [entry.name, entry] as const))(
    'has every flag of %s and an example',
    async (name, entry) => {
      const section = sectionOf(name);
      const command = await definedCommand(entry);
      const own = command.options.flatMap(({ short, long }) => [short, long]);
      const documented = name === 'deactivate' ? sectionOf('activate') : section;
      for (const flag of own) {
        if (flag === undefined || flag === null) continue;
        if (commonFlags.includes(flag) || common.options.some(({ short }) => short === flag)) continue;
        expect(documented).toContain(`\`${flag}`);
      }
      expect(section).toMatch(new RegExp(`\`\`\`sh\\n(.*\\n)*.*bl ${name}`));
    },
  );

  it('has the flags of every command', () => {
    for (const { short, long } of common.options) expect(reference).toContain(`| \`${short}\`, \`${long}`);
  });

  it('has every kind with its names', () => {
    for (const { names } of views) expect(reference).toContain(names.map((name) => `\`${name}\``).join(', '));
  });

  it('has every limit of a file, and no other', () => {
    const table = sectionOf('apply').split('| Limit | |\n|---|---|\n')[1]?.split('\n\n')[0] ?? '';
    expect(table.split('\n')).toEqual(yamlLimitTexts.map(([what, limit]) => `| ${what} | ${limit} |`));
  });

  it('has every exit code with its meaning, and no other', () => {
    const rows = [...(reference.split('## Exit codes')[1] ?? '').matchAll(/^\| (\d+) \| (.+) \|$/gm)];
    expect(rows.map(([, code, meaning]) => ({ code: Number(code), meaning }))).toEqual(
      Object.values(exitCodes),
    );
  });
});

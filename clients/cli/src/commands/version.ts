import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { type CliIo, writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { formatData } from '../output/format-data.ts';
import { addGlobalOptions, type OutputFormat, readGlobalOptions } from '../settings/global-options.ts';
import { show } from '../terminal/show.ts';

export function defineVersion(command: Command, { io }: CommandContext): void {
  command
    .addHelpText('after', '\nExamples:\n  bl version\n  bl version -o json')
    .action(() => runVersion(io, readGlobalOptions(command).output));
  addGlobalOptions(command);
}

async function runVersion(io: CliIo, output: OutputFormat): Promise<void> {
  const version = { bl: manifest.version, node: process.versions.node };
  const forPeople = output === 'table' || output === 'pretty';
  const text = forPeople ? show`bl ${version.bl} (Node.js ${version.node})` : formatData(version, output);
  await writeLine(io.stdout, text);
}

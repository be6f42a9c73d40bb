import { type Command, Option } from 'commander';

export const outputFormats = ['table', 'pretty', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The flags that every command takes. */
export interface GlobalOptions {
  readonly workspace?: string;
  readonly env?: string;
  readonly output: OutputFormat;
  readonly verbose: boolean;
  readonly utc: boolean;
}

/** Adds the flags that every command takes. */
export function addGlobalOptions(command: Command): void {
  command
    .addOption(new Option('-w, --workspace <name>', 'workspace to work in'))
    .addOption(new Option('-e, --env <name>', 'environment'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices([...outputFormats]))
    .addOption(new Option('-v, --verbose', 'more columns, and the details of errors'))
    .addOption(new Option('-u, --utc', 'times in UTC instead of ages'));
}

/** The flags as given before or after the name of the command; those after it win. */
export function readGlobalOptions(command: Command): GlobalOptions {
  const given: Partial<GlobalOptions> = { ...command.parent?.opts(), ...command.opts() };
  return {
    ...(given.workspace === undefined ? {} : { workspace: given.workspace }),
    ...(given.env === undefined ? {} : { env: given.env }),
    output: given.output ?? 'table',
    verbose: given.verbose ?? false,
    utc: given.utc ?? false,
  };
}

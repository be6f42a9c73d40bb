import { BeelineError, suggestName } from '@beeline/core/base';
import { Command, CommanderError } from 'commander';
import type { CliIo } from './cli-io.ts';
import { commandTable } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { asCliError, reportError } from './report-error.ts';
import { checkArguments } from './settings/check-arguments.ts';
import { addGlobalOptions } from './settings/global-options.ts';
import { lines } from './terminal/show.ts';

const examples = `
Examples:
  bl up                                      start the platform
  bl apply -f examples/sentiment.yaml --wait deploy a model and wait until it is ready
  bl get models                              see what is deployed
  bl run model sentiment -d '{"inputs": "What a day"}'

Environment: BL_API_KEY, BL_API_URL, BL_RUN_URL, BL_WORKSPACE, BL_CONFIG
Manual: docs/reference/cli.md`;

function buildProgram(
  io: CliIo,
  writeOut: (text: string) => void,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('bl')
    .description('Beeline: serverless serving of AI models on machines of your own.')
    .exitOverride()
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', examples)
    .configureOutput({
      writeOut,
      // Errors are reported once, below; help that was not asked for is one.
      writeErr: () => {},
      outputError: () => {},
    });
  addGlobalOptions(program);
  for (const entry of commandTable) {
    program
      .command(entry.name)
      .summary(entry.summary)
      .description(`${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`);
  }
  program.hook('preSubcommand', async (_program, subcommand) => {
    const entry = commandTable.find(({ name }) => name === subcommand.name());
    await entry?.define(subcommand, { io, finish });
  });
  return program;
}

/** What commander found wrong, as our usage error in one line. */
function usageError(error: CommanderError, argv: readonly string[]): BeelineError {
  const name = commandTable.find((entry) => argv.includes(entry.name))?.name;
  const help = `bl ${name === undefined ? '' : `${name} `}--help`;
  if (error.code === 'commander.help') {
    return new BeelineError('USAGE_ERROR', { message: `no command was given; see ${help}` });
  }
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const unknown = /^unknown command '(.+?)'/.exec(text)?.[1];
  const near =
    unknown === undefined
      ? undefined
      : suggestName(
          unknown,
          commandTable.map((entry) => entry.name),
        );
  const hint = near === undefined || text.includes('Did you mean') ? '' : ` (Did you mean ${near}?)`;
  return new BeelineError('USAGE_ERROR', { message: `${text}${hint}; see ${help}` });
}

/** `help get` as `get --help`: only the command that is run gets its flags loaded. */
function withHelpFlag(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  return first === 'help' ? [...rest, '--help'] : [...argv];
}

const isVerbose = (argv: readonly string[]) => argv.includes('-v') || argv.includes('--verbose');

/** Runs the command that was named, or prints the help that was asked for, and gives the exit code. */
async function runProgram(argv: readonly string[], io: CliIo): Promise<number> {
  await checkArguments(argv, io);
  let exitCode: number = exitCodes.success.code;
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  const program = buildProgram(io, writeOut, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withHelpFlag(argv), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError) || thrown.exitCode !== 0) throw thrown;
  }
  if (help !== '') await io.stdout.print(lines(help));
  return exitCode;
}

/**
 * Runs one command line, without the program's name, and gives its exit code. Rejects only when not even the error
 * can be written.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    return await runProgram(argv, io);
  } catch (thrown) {
    if (io.signal.aborted) return exitCodes.interrupted.code;
    const error = thrown instanceof CommanderError ? usageError(thrown, argv) : asCliError(thrown);
    return await reportError(io, error, isVerbose(argv));
  }
}

import { sleep } from '@beeline/core/base';
import type { LogLineBody } from '@beeline/core/contract';
import { defaultEnvironment } from '@beeline/core/resources';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatJsonLine } from '../output/format-data.ts';
import { asCliError, reportError } from '../report-error.ts';
import { countFlag, durationFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { explainCredentials, openSession, type Session } from '../settings/open-session.ts';
import { requireModelName } from '../settings/require-model-name.ts';
import { paint, type Shown, show } from '../terminal/show.ts';

interface LogsFlags {
  readonly follow?: boolean;
  readonly period?: number;
  readonly limit: number;
}

const defaultPeriodMs = 3_600_000;
const followPauseMs = 1_000;

const examples = `
Examples:
  bl logs model sentiment
  bl logs model sentiment -f
  bl logs model sentiment -e development --period 10m --limit 1000
  bl logs model sentiment -o json             one JSON object a line`;

export function defineLogs(command: Command, { io, finish }: CommandContext): void {
  command
    .usage('[options] model <name>')
    .argument('<kind>', 'model')
    .argument('[name]', 'name of the model')
    .option('-f, --follow', 'go on with new lines as they come')
    .option('--period <duration>', 'how far back to begin (default: 1h)', durationFlag)
    .option('--limit <count>', 'at most so many of the last lines, up to 1000', countFlag, 200)
    .addHelpText('after', examples)
    .action(async (kind: string, name: string | undefined, flags: LogsFlags) => {
      const model = requireModelName('logs', kind, name);
      const session = await openSession(io, readGlobalOptions(command));
      finish(await runLogs(session, model, flags));
    });
  addGlobalOptions(command);
}

/** A line as a person reads it. Many runtimes write everything to standard error: that alone is no alarm. */
function formatLine({ io }: Session, line: LogLineBody): Shown {
  const head = paint(io.stdout, io.env, 'dim', `${line.timestamp} ${line.replica}`);
  const message = line.source === 'stderr' ? paint(io.stdout, io.env, 'yellow', line.message) : line.message;
  return show`${head} ${message}`;
}

async function printLines(session: Session, lines: readonly LogLineBody[]): Promise<void> {
  const { io, options } = session;
  const asData = options.output === 'json' || options.output === 'yaml';
  for (const line of lines) {
    await writeLine(io.stdout, asData ? formatJsonLine(line) : formatLine(session, line));
  }
}

async function runLogs(session: Session, name: string, flags: LogsFlags): Promise<number> {
  const { client, io, settings } = session;
  const environment = settings.environment ?? defaultEnvironment;
  const read = (after: string | undefined) =>
    client.models.logs(name, {
      environment,
      after,
      limit: flags.limit,
      // Counted back by the platform: this machine's clock may be wrong.
      period: after === undefined ? `${flags.period ?? defaultPeriodMs}ms` : undefined,
      signal: io.signal,
    });
  try {
    const lines = await read(undefined);
    await printLines(session, lines);
    if (flags.follow === true) await follow(session, read, lines.at(-1)?.id, flags.limit);
    return exitCodes.success.code;
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw explainCredentials(asCliError(thrown), settings);
  }
}

/** Asks for later lines until the person stops it; a platform that is away for a while is waited for. */
async function follow(
  session: Session,
  read: (after: string | undefined) => Promise<readonly LogLineBody[]>,
  lastId: string | undefined,
  batch: number,
): Promise<void> {
  const { io, options } = session;
  let after = lastId;
  let count = 0;
  let away = false;
  for (;;) {
    if (count < batch) await sleep(io.clock, followPauseMs, io.signal);
    io.signal.throwIfAborted();
    count = 0;
    try {
      const lines = await read(after);
      await printLines(session, lines);
      after = lines.at(-1)?.id ?? after;
      count = lines.length;
      away = false;
    } catch (thrown) {
      io.signal.throwIfAborted();
      const error = asCliError(thrown);
      if (error.kind !== 'unavailable' && error.kind !== 'timeout') throw error;
      if (!away) await reportError(io, error, options.verbose);
      away = true;
    }
  }
}

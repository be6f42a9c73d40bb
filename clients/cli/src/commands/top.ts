import { BeelineError, formatDuration, sleep } from '@beeline/core/base';
import type { Model } from '@beeline/core/resources';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatData } from '../output/format-data.ts';
import { formatTop, type ScreenSize, summarizeTop } from '../output/format-top.ts';
import { sortTopRows, type TopRow } from '../output/top-columns.ts';
import { asCliError, reportError } from '../report-error.ts';
import { durationFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { explainCredentials, openSession, type Session, timeStyleOf } from '../settings/open-session.ts';
import { paint, type Shown, screen, show } from '../terminal/show.ts';

interface TopFlags {
  readonly once?: boolean;
  readonly window?: number;
  readonly interval?: number;
}

const defaultWindowMs = 60_000;
const defaultIntervalMs = 2_000;
/** Lines of a refreshing terminal that the table does not have: the summary, a blank one, the one of the cursor. */
const headLines = 3;

const examples = `
Rates, latencies, answers with 4xx and 5xx and cold starts are those of the window; replicas, requests in flight and
the queue are as locations last reported them. Refreshes on a terminal, with the columns and deployments that fit; one
whole snapshot otherwise, with --once, and as JSON or YAML.

Examples:
  bl top
  bl top sentiment --window 10m
  bl top -e production --once
  bl top -o json`;

export function defineTop(command: Command, { io, finish }: CommandContext): void {
  command
    .argument('[model]', 'only this model')
    .option('--once', 'one snapshot, also on a terminal')
    .option('--window <duration>', 'what is measured: so far back from now (default: 1m)', durationFlag)
    .option('--interval <duration>', 'how often to look (default: 2s)', durationFlag)
    .addHelpText('after', examples)
    .action(async (model: string | undefined, flags: TopFlags) => {
      if (flags.window === 0) {
        throw new BeelineError('USAGE_ERROR', {
          message: 'the window must be longer than nothing (received 0); write bl top --window 1m',
        });
      }
      const session = await openSession(io, readGlobalOptions(command));
      finish(await runTop(session, model, flags));
    });
  addGlobalOptions(command);
}

/** What was measured of one deployment; none when it was deleted meanwhile. */
async function readRow({ client, io }: Session, model: Model, windowMs: number): Promise<readonly TopRow[]> {
  const { name, environment } = model.metadata;
  const period = `${windowMs}ms`; // counted back by the platform: this clock may be wrong
  try {
    const metrics = await client.models.metrics(name, { environment, period, signal: io.signal });
    return [{ model, metrics }];
  } catch (thrown) {
    if (asCliError(thrown).kind === 'not_found') return [];
    throw thrown;
  }
}

async function readRows(session: Session, name: string | undefined, windowMs: number) {
  const { client, io, settings } = session;
  const environment = settings.environment ?? undefined;
  const models = await client.models.list({ environment, signal: io.signal });
  const chosen = models.filter(({ metadata }) => name === undefined || metadata.name === name);
  if (name !== undefined && chosen.length === 0) {
    const where = environment === undefined ? '' : ` in environment "${environment}"`;
    throw new BeelineError('RESOURCE_NOT_FOUND', {
      message: `there is no model "${name}"${where}; bl get models shows those there are`,
    });
  }
  const rows = await Promise.all(chosen.map((model) => readRow(session, model, windowMs)));
  return sortTopRows(rows.flat());
}

function formatRows(session: Session, rows: readonly TopRow[], size: ScreenSize): Shown {
  const { stdout, env } = session.io;
  return formatTop(rows, timeStyleOf(session), size, (colour, text) => paint(stdout, env, colour, text));
}

/** What a refreshing terminal shows: a line about everything, a blank one, the table. */
function formatScreen(session: Session, rows: readonly TopRow[], windowMs: number): Shown {
  const { stdout, env, clock } = session.io;
  const time = new Date(clock.now()).toTimeString().slice(0, 8);
  const window = formatDuration(windowMs).replace(/m00s$/, 'm');
  const note = paint(stdout, env, 'dim', `${time}, last ${window}; Ctrl-C ends`);
  const { rows: height, ...width } = stdout.size();
  const size = { ...width, ...(height === undefined ? {} : { rows: height - headLines }) };
  return show`${summarizeTop(rows)}  ${note}\n\n${formatRows(session, rows, size)}\n`;
}

async function printOnce(session: Session, rows: readonly TopRow[]): Promise<void> {
  const { io, options } = session;
  if (options.output === 'table' || options.output === 'pretty') {
    await writeLine(io.stdout, formatRows(session, rows, {}));
    return;
  }
  const data = rows.map(({ model, metrics }) => ({
    name: model.metadata.name,
    environment: model.metadata.environment,
    status: model.status,
    metrics,
  }));
  await writeLine(io.stdout, formatData(data, options.output));
}

async function runTop(session: Session, name: string | undefined, flags: TopFlags): Promise<number> {
  const { io, options, settings } = session;
  const windowMs = flags.window ?? defaultWindowMs;
  const live = flags.once !== true && io.stdout.isTTY && options.output === 'table';
  try {
    const rows = await readRows(session, name, windowMs);
    if (live) await refresh(session, name, { windowMs, pauseMs: flags.interval ?? defaultIntervalMs }, rows);
    else await printOnce(session, rows);
    return exitCodes.success.code;
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw explainCredentials(asCliError(thrown), settings);
  }
}

/** Looks again and again until the person stops it; a platform that is away for a while is waited for. */
async function refresh(
  session: Session,
  name: string | undefined,
  times: { readonly windowMs: number; readonly pauseMs: number },
  first: readonly TopRow[],
): Promise<never> {
  const { io, options } = session;
  let rows = first;
  let away = false;
  for (;;) {
    if (!away) await io.stdout.print(show`${screen.home}${formatScreen(session, rows, times.windowMs)}`);
    await sleep(io.clock, times.pauseMs, io.signal);
    io.signal.throwIfAborted();
    try {
      rows = await readRows(session, name, times.windowMs);
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

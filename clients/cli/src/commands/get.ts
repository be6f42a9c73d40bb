import { BeelineError, sleep, suggestName } from '@beeline/core/base';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Loaded, View } from '../output/create-view.ts';
import { views } from '../output/views.ts';
import { asCliError, reportError } from '../report-error.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { explainCredentials, openSession, type Session, timeStyleOf } from '../settings/open-session.ts';
import { type Colour, paint, type Shown, screen, show } from '../terminal/show.ts';

const watchPauseMs = 2_000;

const examples = `
Kinds: models (ml), revisions NAME, executions NAME or ID, environments (env), policies (pol), locations (loc).
Models are shown in all environments unless -e names one. -o yaml can be applied again.

Examples:
  bl get models
  bl get model sentiment -o pretty            with conditions, scaling and events
  bl get models -e development --watch
  bl get revisions sentiment
  bl get executions sentiment -v
  bl get policies -o json`;

export function defineGet(command: Command, { io, finish }: CommandContext): void {
  command
    .argument('<kind>', 'plural, singular or short name of a kind')
    .argument('[name]', 'name of one of them')
    .option('--watch', 'look every 2 seconds and show what changed')
    .addHelpText('after', examples)
    .action(async (kind: string, name: string | undefined, options: { watch?: boolean }) => {
      const view = findView(kind, name);
      const session = await openSession(io, readGlobalOptions(command));
      finish(await runGet(session, view, name, options.watch === true));
    });
  addGlobalOptions(command);
}

function findView(kind: string, name: string | undefined): View {
  const view = views.find(({ names }) => names.includes(kind.toLowerCase()));
  if (view === undefined) {
    const near = suggestName(
      kind,
      views.flatMap(({ names }) => names),
    );
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    const known = views.map(({ names }) => names[0]).join(', ');
    throw new BeelineError('USAGE_ERROR', {
      message: `the kind must be one of ${known} (received ${kind})${hint}`,
    });
  }
  if (name === undefined && view.requiredName !== null) {
    throw new BeelineError('USAGE_ERROR', {
      message: `${view.requiredName} is missing; write bl get ${view.names[0]} NAME`,
    });
  }
  return view;
}

const colours: Readonly<Record<string, Colour>> = {
  DEPLOYED: 'green',
  healthy: 'green',
  DEPLOYING: 'yellow',
  DEACTIVATING: 'yellow',
  DELETING: 'yellow',
  DEACTIVATED: 'dim',
  FAILED: 'red',
  unreachable: 'red',
};

function render(session: Session, loaded: Loaded, single: boolean): Shown {
  const { io, options } = session;
  const { output, verbose } = options;
  if (output === 'json' || output === 'yaml') return loaded.data(output, single);
  if (output === 'pretty') return loaded.pretty(timeStyleOf(session));
  const paintStatus = (text: string) => {
    const colour = colours[text];
    return colour === undefined ? text : paint(io.stdout, io.env, colour, text);
  };
  return loaded.table(verbose, timeStyleOf(session), paintStatus);
}

async function print(session: Session, view: View, loaded: Loaded, single: boolean): Promise<void> {
  const { io, options, settings } = session;
  const { output } = options;
  if (loaded.items.length > 0 || output === 'json') {
    await writeLine(io.stdout, render(session, loaded, single));
  } else {
    const where = options.env === undefined ? '' : `, environment ${options.env}`;
    await writeLine(io.stderr, show`no ${view.names[0] ?? ''} in workspace ${settings.workspace}${where}`);
  }
}

async function runGet(
  session: Session,
  view: View,
  name: string | undefined,
  watches: boolean,
): Promise<number> {
  try {
    await print(session, view, await view.load(session, name), name !== undefined);
    if (watches) await watch(session, view, name);
    return exitCodes.success.code;
  } catch (thrown) {
    session.io.signal.throwIfAborted();
    throw explainCredentials(asCliError(thrown), session.settings);
  }
}

/** Prints again whenever something changed; on a terminal in the same place. Ends with the person's Ctrl-C. */
async function watch(session: Session, view: View, name: string | undefined): Promise<void> {
  const { io, options } = session;
  const live = io.stdout.isTTY && options.output === 'table';
  let before = '';
  for (;;) {
    await sleep(io.clock, watchPauseMs, io.signal);
    io.signal.throwIfAborted();
    try {
      const loaded = await view.load(session, name);
      const now = JSON.stringify(loaded.items);
      if (live) await io.stdout.print(screen.clear);
      if (live || now !== before) await print(session, view, loaded, name !== undefined);
      before = now;
    } catch (thrown) {
      io.signal.throwIfAborted();
      const error = asCliError(thrown);
      if (error.kind !== 'unavailable' && error.kind !== 'timeout') throw error;
      await reportError(io, error, options.verbose);
    }
  }
}

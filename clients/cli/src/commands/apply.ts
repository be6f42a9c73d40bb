import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import {
  type ApplyFailure,
  type ApplySuccess,
  applyManifests,
  filesChanged,
} from '../manifests/apply-manifests.ts';
import type { Manifest } from '../manifests/parse-manifest.ts';
import { manifestTitle, readManifests } from '../manifests/read-manifests.ts';
import { formatData } from '../output/format-data.ts';
import { locateError, reportError } from '../report-error.ts';
import { collect, durationFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { openSession, type Session } from '../settings/open-session.ts';
import { show } from '../terminal/show.ts';
import { exitCodeOfWait, reportWait } from '../wait/report-wait.ts';
import { defaultWaitMs, type WaitResult, waitForModels } from '../wait/wait-for-models.ts';

interface ApplyOptions {
  readonly filename: readonly string[];
  readonly recursive?: boolean;
  readonly secrets?: readonly string[];
  readonly wait?: boolean;
  readonly timeout?: number;
}

const examples = `
Examples:
  bl apply -f examples/sentiment.yaml --wait
  bl apply -f deploy/ -R                      every manifest in and below a directory
  MODEL=file:/models/x bl apply -f model.yaml -s secrets.env
  bl get model sentiment -o yaml | sed s/production/development/ | bl apply -f -

In manifests $NAME, \${NAME} and \${NAME:default} are variables, $secrets.NAME is a secret from -s files,
the environment or .env, and $$ is a dollar sign. A relative origin (file:../models/x) is meant from the
manifest's directory. Of a directory on this machine the files are read: when they changed, a new revision is made
although the manifest is the same. Everything is checked before anything is sent; documents are sent in their order.`;

export function defineApply(command: Command, { io, finish }: CommandContext): void {
  command
    .requiredOption('-f, --filename <path>', 'file, directory, or - for standard input; repeatable', collect)
    .option('-R, --recursive', 'look into directories below the given ones')
    .option('-s, --secrets <file>', 'file with NAME=value lines for $secrets.NAME; repeatable', collect)
    .option('--wait', 'wait until models are ready, and fail when one cannot become so')
    .option('--timeout <duration>', 'longest time to wait (default: 5m)', durationFlag)
    .addHelpText('after', examples)
    .action(async (options: ApplyOptions) => {
      const session = await openSession(io, readGlobalOptions(command));
      finish(await runApply(session, options));
    });
  addGlobalOptions(command);
}

const titleOf = ({ kind, environment, input }: Manifest) => ({
  kind,
  name: input.metadata.name,
  ...(environment === null ? {} : { environment }),
});

/** `Resource Model:sentiment configured`, and why when the manifest does not show it. */
function describeSuccess({ manifest, applied }: ApplySuccess): string {
  const line = `Resource ${manifest.kind}:${manifest.input.metadata.name} ${applied.outcome}`;
  return filesChanged(applied) ? `${line}: the files of the model changed` : line;
}

function summary(
  succeeded: readonly ApplySuccess[],
  failed: readonly ApplyFailure[],
  waited: readonly WaitResult[],
  success: boolean,
) {
  return {
    applied: succeeded.map(({ manifest, applied }) => {
      const wait = waited.find(
        ({ name, environment }) =>
          name === manifest.input.metadata.name && environment === manifest.environment,
      );
      const state = wait === undefined ? {} : { state: wait.state, reason: wait.reason };
      return {
        ...titleOf(manifest),
        result: applied.outcome,
        ...(filesChanged(applied) ? { filesChanged: true } : {}),
        ...state,
      };
    }),
    failed: failed.map(({ located, error }) => ({
      ...titleOf(located.manifest),
      where: located.where,
      code: error.code,
      message: error.message,
      fields: error.fields,
    })),
    success,
  };
}

/** Applies manifests and gives the exit code. */
export async function runApply(session: Session, options: ApplyOptions): Promise<number> {
  const { io, settings, options: flags } = session;
  const located = await readManifests(io, {
    names: options.filename,
    recursive: options.recursive === true,
    secrets: options.secrets ?? [],
    environment: { value: settings.environment, fromFlag: flags.env !== undefined },
  });
  const forPeople = flags.output === 'table' || flags.output === 'pretty';
  const { succeeded, failed } = await applyManifests(session, located, async (success) => {
    if (forPeople) await writeLine(io.stdout, show`${describeSuccess(success)}`);
  });
  for (const { located: entry, error } of failed) {
    await reportError(
      io,
      locateError(error, `${entry.where}: ${manifestTitle(entry.manifest)}`),
      flags.verbose,
    );
  }
  const targets = succeeded.flatMap(({ manifest }) =>
    manifest.kind === 'Model'
      ? [{ name: manifest.input.metadata.name, environment: manifest.environment }]
      : [],
  );
  const waited =
    options.wait === true ? await waitForModels(session, targets, options.timeout ?? defaultWaitMs) : [];
  const [firstFailure] = failed;
  const exitCode = firstFailure === undefined ? exitCodeOfWait(waited) : exitCodeOf(firstFailure.error.kind);
  if (flags.output === 'json' || flags.output === 'yaml') {
    const success = exitCode === exitCodes.success.code;
    await writeLine(io.stdout, formatData(summary(succeeded, failed, waited, success), flags.output));
  } else await reportWait(io, waited);
  return exitCode;
}

import { BeelineError, suggestName } from '@beeline/core/base';
import { findKind, kinds } from '@beeline/core/resources';
import type { Client } from '@beeline/sdk';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { readManifests } from '../manifests/read-manifests.ts';
import { formatData } from '../output/format-data.ts';
import { asCliError, locateError, reportError } from '../report-error.ts';
import { collect } from '../settings/flag-values.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { explainCredentials, openSession, type Session } from '../settings/open-session.ts';
import { show } from '../terminal/show.ts';

interface DeleteOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly secrets?: readonly string[];
}

/** One thing to delete; a null environment leaves it to the platform to find the only one. */
interface Target {
  readonly kind: string;
  readonly name: string;
  readonly environment: string | null;
}

const examples = `
A model that is deployed in several environments needs -e. With -f, resources are deleted in reverse order.

Examples:
  bl delete model sentiment
  bl delete model sentiment -e development
  bl delete policy europe-only
  bl delete -f examples/ -R`;

export function defineDelete(command: Command, { io, finish }: CommandContext): void {
  command
    .argument('[kind]', 'model, environment or policy, in any of their forms')
    .argument('[name]', 'its name')
    .option('-f, --filename <path>', 'delete what manifests name; repeatable', collect)
    .option('-R, --recursive', 'look into directories below the given ones')
    .option('-s, --secrets <file>', 'file with NAME=value lines for $secrets.NAME; repeatable', collect)
    .addHelpText('after', examples)
    .action(async (kind: string | undefined, name: string | undefined, options: DeleteOptions) => {
      const session = await openSession(io, readGlobalOptions(command));
      finish(await deleteAll(session, await findTargets(session, kind, name, options)));
    });
  addGlobalOptions(command);
}

function namedTarget(session: Session, kind: string | undefined, name: string | undefined): Target {
  const writable = kinds.filter((entry) => entry.writable);
  const found = writable.find((entry) => entry === findKind(kind ?? ''));
  if (found === undefined) {
    const near = suggestName(
      kind ?? '',
      writable.flatMap((entry) => [entry.singular, entry.plural]),
    );
    const isName = kind !== undefined && name === undefined && findKind(kind) === undefined;
    const meant = !isName ? '' : `; write bl delete model ${kind}`;
    const hint = near === undefined ? meant : `; did you mean ${near}?`;
    const received = kind === undefined ? '' : ` (received ${kind})`;
    throw new BeelineError('USAGE_ERROR', {
      message: `the kind must be one of ${writable.map(({ singular }) => singular).join(', ')}${received}${hint}`,
    });
  }
  if (name === undefined) {
    throw new BeelineError('USAGE_ERROR', {
      message: `the name is missing; write bl delete ${found.singular} NAME`,
    });
  }
  const environment = found.perEnvironment ? (session.settings.environment ?? null) : null;
  return { kind: found.kind, name, environment };
}

async function findTargets(
  session: Session,
  kind: string | undefined,
  name: string | undefined,
  options: DeleteOptions,
): Promise<readonly Target[]> {
  if (options.filename === undefined) return [namedTarget(session, kind, name)];
  if (kind !== undefined) {
    throw new BeelineError('USAGE_ERROR', { message: 'give either a kind and a name, or -f, not both' });
  }
  const located = await readManifests(session.io, {
    names: options.filename,
    recursive: options.recursive === true,
    secrets: options.secrets ?? [],
    environment: { value: session.settings.environment, fromFlag: session.options.env !== undefined },
  });
  // What was applied last may stand on what was applied first.
  return located
    .map(({ manifest }) => ({
      kind: manifest.kind,
      name: manifest.input.metadata.name,
      environment: manifest.environment,
    }))
    .reverse();
}

function deleteOne(client: Client, { kind, name, environment }: Target, signal: AbortSignal): Promise<void> {
  if (kind === 'Model') return client.models.delete(name, { environment: environment ?? undefined, signal });
  return (kind === 'Policy' ? client.policies : client.environments).delete(name, { signal });
}

async function deleteAll(session: Session, targets: readonly Target[]): Promise<number> {
  const { client, io, options, settings } = session;
  const forPeople = options.output === 'table' || options.output === 'pretty';
  const deleted: Target[] = [];
  const failed: (Target & { code: string; message: string })[] = [];
  let exitCode: number = exitCodes.success.code;
  for (const target of targets) {
    try {
      await deleteOne(client, target, io.signal);
      deleted.push(target);
      if (forPeople) await writeLine(io.stdout, show`Resource ${target.kind}:${target.name} deleted`);
    } catch (thrown) {
      io.signal.throwIfAborted();
      const error = explainCredentials(asCliError(thrown), settings);
      failed.push({ ...target, code: error.code, message: error.message });
      await reportError(io, locateError(error, `${target.kind}:${target.name}`), options.verbose);
      if (exitCode === exitCodes.success.code) exitCode = exitCodeOf(error.kind);
    }
  }
  const { output } = options;
  if (output === 'json' || output === 'yaml') {
    await writeLine(io.stdout, formatData({ deleted, failed, success: failed.length === 0 }, output));
  }
  return exitCode;
}

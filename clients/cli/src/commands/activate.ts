import { BeelineError } from '@beeline/core/base';
import { defaultEnvironment, findKind, type Model, type ModelInput } from '@beeline/core/resources';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatData } from '../output/format-data.ts';
import { withTypeMeta } from '../output/type-meta.ts';
import { durationFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { openSession, type Session } from '../settings/open-session.ts';
import { show } from '../terminal/show.ts';
import { exitCodeOfWait, reportWait } from '../wait/report-wait.ts';
import { defaultWaitMs, waitForModels } from '../wait/wait-for-models.ts';

interface SwitchOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
}

function define(command: Command, { io, finish }: CommandContext, verb: string, enabled: boolean): void {
  command
    .argument('<name...>', 'name of the model; the word "model" may stand before it')
    .option('--wait', 'wait until it is done')
    .option('--timeout <duration>', 'longest time to wait (default: 5m)', durationFlag)
    .addHelpText(
      'after',
      `\nExamples:\n  bl ${verb} sentiment\n  bl ${verb} model sentiment -e development --wait`,
    )
    .action(async (names: readonly string[], options: SwitchOptions) => {
      const session = await openSession(io, readGlobalOptions(command));
      finish(await switchModel(session, modelName(names), enabled, options));
    });
  addGlobalOptions(command);
}

export const defineActivate = (command: Command, context: CommandContext): void =>
  define(command, context, 'activate', true);

export const defineDeactivate = (command: Command, context: CommandContext): void =>
  define(command, context, 'deactivate', false);

/** `sentiment` or `model sentiment`. */
function modelName(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  if (names.length === 2 && findKind(first)?.kind === 'Model') return second;
  throw new BeelineError('USAGE_ERROR', {
    message: `one model at a time (received ${names.join(' ')}); write the name of a model`,
  });
}

/** The same deployment, switched; refused by the platform when somebody changed it since it was read. */
export function switchedInput({ metadata, spec }: Model, enabled: boolean): ModelInput {
  const { name, environment, displayName, labels, generation } = metadata;
  return {
    metadata: { name, environment, displayName, labels: { ...labels }, generation },
    spec: { ...structuredClone(spec as ModelInput['spec']), enabled },
  };
}

async function switchModel(
  session: Session,
  name: string,
  enabled: boolean,
  options: SwitchOptions,
): Promise<number> {
  const { client, io, settings } = session;
  const { output } = session.options;
  const environment = settings.environment ?? defaultEnvironment;
  const model = await client.models.get(name, { environment, signal: io.signal });
  const unchanged = model.spec.enabled === enabled;
  const after = unchanged
    ? model
    : await client.models.update(switchedInput(model, enabled), { signal: io.signal });
  if (output === 'json' || output === 'yaml') {
    await writeLine(io.stdout, formatData(withTypeMeta('Model', after), output));
  } else {
    const done = enabled ? 'activated' : 'deactivated';
    await writeLine(io.stdout, show`Resource Model:${name} ${unchanged ? 'unchanged' : done}`);
  }
  if (options.wait !== true) return exitCodes.success.code;
  const results = await waitForModels(session, [{ name, environment }], options.timeout ?? defaultWaitMs);
  if (output === 'table' || output === 'pretty') await reportWait(io, results);
  return exitCodeOfWait(results);
}

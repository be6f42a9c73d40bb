import { BeelineError } from '@beeline/core/base';
import type { SecretsKeysBody, SecretsRotationBody } from '@beeline/core/contract';
import type { Command } from 'commander';
import { writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatData } from '../output/format-data.ts';
import { formatTable } from '../output/format-table.ts';
import { addGlobalOptions, readGlobalOptions } from '../settings/global-options.ts';
import { explainCredentials, openSession, type Session } from '../settings/open-session.ts';
import { type Shown, show } from '../terminal/show.ts';

const notes = `
Values of variables with secret: true, and of $secrets.NAME, are stored sealed. "rotate" seals them with a new key; the
former key stays, for copies of the database. Where keys are given by settings (secretsKey, secretsKeyFile), put a new
one first, restart, and rotate then. Takes a key with the role admin.

Examples:
  bl secrets
  bl secrets rotate`;

export function defineSecrets(command: Command, { io, finish }: CommandContext): void {
  command
    .argument('[action]', 'rotate; without it the keys are shown')
    .addHelpText('after', notes)
    .action(async (action: string | undefined) => {
      if (action !== undefined && action !== 'rotate') {
        throw new BeelineError('USAGE_ERROR', {
          message: `the action must be rotate (received ${action}); see bl secrets --help`,
        });
      }
      finish(await runSecrets(await openSession(io, readGlobalOptions(command)), action));
    });
  addGlobalOptions(command);
}

function formatKeys({ keys, unreadable }: SecretsKeysBody): Shown {
  const table = formatTable(
    [['KEY', 'STATE', 'VALUES'], ...keys.map(({ id, state, values }) => [id, state, String(values)])],
    new Set([2]),
  );
  if (unreadable.length === 0) return table;
  const lost = unreadable.map((one) => [one.model, one.environment, one.variable, one.key]);
  return show`${table}\n\nThese values cannot be opened: put their key back, or apply the models again. Those of earlier revisions stay in the list until the revisions are forgotten.\n${formatTable(
    [['MODEL', 'ENVIRONMENT', 'VARIABLE', 'KEY'], ...lost],
  )}`;
}

function describeRotation({ newKey, rewrapped, keys }: SecretsRotationBody): string {
  const current = keys.find(({ state }) => state === 'current')?.id ?? '';
  const count = `${rewrapped} ${rewrapped === 1 ? 'value was' : 'values were'} put under it`;
  const hint = newKey || rewrapped > 0 ? '' : '; for another one put a new key first in the settings';
  return `The ${newKey ? 'new' : 'first'} key ${current} is current; ${count}${hint}.`;
}

async function runSecrets(session: Session, action: 'rotate' | undefined): Promise<number> {
  const { client, io, options, settings } = session;
  const call = { signal: io.signal };
  const explain = (error: unknown) => {
    throw error instanceof BeelineError ? explainCredentials(error, settings) : error;
  };
  const rotation = action === 'rotate' ? await client.secrets.rotate(call).catch(explain) : null;
  const answer = rotation ?? (await client.secrets.keys(call).catch(explain));
  if (options.output === 'json' || options.output === 'yaml') {
    await writeLine(io.stdout, formatData(answer, options.output));
    return exitCodes.success.code;
  }
  if (rotation !== null) await writeLine(io.stderr, show`${describeRotation(rotation)}`);
  await writeLine(io.stdout, formatKeys(answer));
  return exitCodes.success.code;
}

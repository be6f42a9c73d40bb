import { BeelineError } from '@beeline/core/base';

/** What a class or a code of SQLSTATE means for whoever runs the platform; the first that fits counts. */
const meanings: readonly (readonly [string, string])[] = [
  ['53100', 'the disk of the database is full: free some space'],
  [
    '53300',
    'PostgreSQL has no free connection: raise its max_connections, or stop other programs that use it',
  ],
  ['53', 'the database has too few resources: see its log'],
  ['57', 'PostgreSQL is stopping or starting: try again when it is up'],
  ['25006', 'the database is read-only: point the platform at the primary server'],
  ['28', 'the database refuses the account: check BL_DATABASE_URL'],
  ['3D000', 'the database does not exist: check BL_DATABASE_URL'],
  ['08', 'the connection to the database was lost: check the server and the network'],
  ['XX001', 'a part of the database is damaged: restore it from a backup'],
  ['XX002', 'an index of the database is damaged: restore it from a backup'],
  ['58', 'the database cannot use its files: restore it from a backup, and check the disk'],
];

/** Classes of what the statement itself is the reason of: a value, a rule, two writers in each other's way. */
const ofTheStatement = /^(0A|2[0-3]|26|34|40|42|P0)/;

/** Sent with a refusal, so that callers neither give up nor hurry. */
const retryAfterMs = 1_000;

function unavailable(reason: string, thrown: unknown): BeelineError {
  return new BeelineError('STORE_UNAVAILABLE', {
    message: `the database cannot do this now: ${reason}`,
    detail: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    retryAfterMs,
    cause: thrown,
  });
}

/**
 * A failure of the database as callers see it: STORE_UNAVAILABLE with the reason, unless the statement itself is at
 * fault; then it stays as it is.
 */
export function describeStoreFailure(thrown: unknown): unknown {
  if (thrown instanceof BeelineError) return thrown;
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)) {
    if (ofTheStatement.test(code)) return thrown;
    const meaning = meanings.find(([prefix]) => code.startsWith(prefix))?.[1];
    return unavailable(meaning ?? `it says ${String(message)} (${code})`, thrown);
  }
  if (typeof code === 'string') {
    return unavailable(`it does not answer (${code}): check the server and the network`, thrown);
  }
  return unavailable(`it does not answer (${String(message ?? thrown)})`, thrown);
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';

/*
 * PostgreSQL keeps two bits per transaction: whether it was committed. The files have no checksums, and a row whose
 * transaction seems not to be committed is not there. The bits of a transaction that has ended never change.
 */
export const settledStatesSchema = Type.Record(
  Type.String(),
  Type.Object({ bytes: Type.Integer({ minimum: 0 }), digest: Type.String() }),
);

type SettledStates = Static<typeof settledStatesSchema>;

const folder = 'pg_xact';
const transactionsPerByte = 4;
const transactionsPerFile = 1_048_576;

const digestOf = (path: string, bytes: number) =>
  createHash('sha256').update(readFileSync(path).subarray(0, bytes)).digest('base64');

/** Digests of what the files say of all transactions before the one with this number. */
export function digestSettledStates(directory: string, settledBefore: number): SettledStates {
  const states: SettledStates = {};
  for (const name of readdirSync(join(directory, folder))) {
    const first = Number.parseInt(name, 16) * transactionsPerFile;
    const settled = Math.min(settledBefore - first, transactionsPerFile);
    const bytes = Math.floor(settled / transactionsPerByte);
    if (bytes > 0)
      states[`${folder}/${name}`] = { bytes, digest: digestOf(join(directory, folder, name), bytes) };
  }
  return states;
}

/** The first file whose settled states are others now. */
export function findChangedStates(directory: string, states: SettledStates): string | undefined {
  return Object.entries(states).find(
    ([name, { bytes, digest }]) => digestOf(join(directory, name), bytes) !== digest,
  )?.[0];
}

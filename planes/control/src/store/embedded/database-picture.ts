import { accessSync, constants, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** What is where the database should be. */
export interface DatabasePicture {
  readonly kind: 'absent' | 'directory' | 'other';
  /** What shows that the database is not whole: a sentence fragment; null when nothing does. */
  readonly damage: string | null;
  /** Files in the data directory that only a platform with a database leaves. */
  readonly traces: readonly string[];
}

/** Left by the other planes and by the keys for secrets, in this directory or beside the one of a control process. */
const traceNames = [
  'location/assignments.json',
  'location/scale.json',
  'location/artifacts/snapshots',
  'gateway/routes.json',
  'secrets.key',
];

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a part of the path is no directory, or may not be entered
  }
};

function isTrace(path: string): boolean {
  const facts = statOf(path);
  return facts?.isDirectory() === true ? readdirSync(path).length > 0 : facts !== undefined;
}

/** Files without which PostgreSQL does not start, or starts as if it had never run. */
const requiredFiles: readonly { readonly name: string; readonly bytes?: number }[] = [
  { name: 'PG_VERSION' },
  { name: 'global/pg_control', bytes: 8_192 },
  { name: 'global/pg_filenode.map' },
  { name: 'postgresql.conf' },
  { name: 'pg_hba.conf' },
  { name: 'pg_ident.conf' },
];

function damageOfFile(path: string, name: string, bytes?: number): string | null {
  const facts = statOf(path);
  if (facts === undefined) return `${name} is missing`;
  if (!facts.isFile()) return `${name} is no file`;
  if (facts.size === 0) return `${name} is empty`;
  if (bytes !== undefined && facts.size !== bytes)
    return `${name} has ${facts.size} bytes instead of ${bytes}`;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    return `${name} cannot be read and written by this account`;
  }
  return null;
}

const segmentBytes = 16 * 1024 * 1024;

function damageOfLog(directory: string): string | null {
  const folder = join(directory, 'pg_wal');
  if (statOf(folder)?.isDirectory() !== true) return 'pg_wal is missing';
  const segments = readdirSync(folder).filter((name) => /^[0-9A-F]{24}$/.test(name));
  if (segments.length === 0) return 'pg_wal has no segment';
  for (const name of segments) {
    const damage = damageOfFile(join(folder, name), `pg_wal/${name}`, segmentBytes);
    if (damage !== null) return damage;
  }
  return null;
}

/** What is wrong with the files of a database, before any of it is opened; null when nothing can be seen. */
function findDamage(directory: string, version: string): string | null {
  if (readdirSync(directory).length === 0) return 'it is empty';
  for (const { name, bytes } of requiredFiles) {
    const damage = damageOfFile(join(directory, name), name, bytes);
    if (damage !== null) return damage;
  }
  const made = readFileSync(join(directory, 'PG_VERSION'), 'latin1').trim();
  if (made !== version) return `PG_VERSION is ${JSON.stringify(made.slice(0, 20))} instead of ${version}`;
  return damageOfLog(directory);
}

/** Looks at the files of an embedded database and at what lies beside them. */
export function readDatabasePicture(dataDirectory: string, files: string, version: string): DatabasePicture {
  const facts = statOf(files);
  const traces = traceNames.filter((name) => isTrace(join(dataDirectory, name)));
  if (facts === undefined) return { kind: 'absent', damage: null, traces };
  if (!facts.isDirectory()) return { kind: 'other', damage: null, traces };
  return { kind: 'directory', damage: findDamage(files, version), traces };
}

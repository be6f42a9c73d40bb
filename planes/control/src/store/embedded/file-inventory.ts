import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readRegularFileSync } from '@beeline/core/service';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { DatabaseContents } from './read-everything.ts';
import { digestSettledStates, findChangedStates, settledStatesSchema } from './settled-states.ts';

/**
 * What the files of a database had when it was last opened or closed. PostgreSQL notices garbage, but takes a table whose
 * file was cut, or whose pages became zeros, for one with fewer rows. Files of tables only grow here, so that one that
 * is smaller than it was has lost something. It lies inside the directory, so that it goes and comes with a backup.
 */
const inventorySchema = Type.Object({
  format: Type.Literal(1),
  /** Bytes by path. */
  files: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  /** Of the files that hold what users wrote: which of their pages were zeros. */
  zeroPages: Type.Record(Type.String(), Type.Array(Type.Integer({ minimum: 0 }))),
  /** Which transactions were committed decides which rows there are. Earlier releases did not write this down. */
  settledStates: Type.Optional(settledStatesSchema),
});

type Inventory = Static<typeof inventorySchema>;

export const inventoryName = 'beeline-files.json';
const maxInventoryBytes = 16 * 1024 * 1024;
const pageBytes = 8_192;

/** Files of tables and indexes, and of the states of transactions. */
function listFiles(directory: string): readonly string[] {
  const folders = [
    'global',
    'pg_xact',
    ...readdirSync(join(directory, 'base')).map((name) => `base/${name}`),
  ];
  return folders.flatMap((folder) =>
    readdirSync(join(directory, folder))
      .filter((name) => /^[0-9A-F]+(\.\d+)?$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

function findZeroPages(path: string): number[] {
  const zeros: number[] = [];
  const page = Buffer.alloc(pageBytes);
  const none = Buffer.alloc(pageBytes);
  const file = openSync(path, 'r');
  try {
    for (let index = 0; readSync(file, page, 0, pageBytes, null) > 0; index += 1) {
      if (page.equals(none)) zeros.push(index);
    }
  } finally {
    closeSync(file);
  }
  return zeros;
}

/**
 * Writes down what the files have now. All that was settled must be in them: after a checkpoint, or after closing. A
 * watched file may be gone: a table that was emptied as a whole has another one since then.
 */
export function saveInventory(directory: string, { watched, settledBefore }: DatabaseContents): void {
  const files = listFiles(directory).map((name) => [name, statSync(join(directory, name)).size] as const);
  const there = new Set(files.map(([name]) => name));
  const zeroPages = watched
    .filter((name) => there.has(name))
    .map((name) => [name, findZeroPages(join(directory, name))] as const);
  const inventory: Inventory = {
    format: 1,
    files: Object.fromEntries(files),
    zeroPages: Object.fromEntries(zeroPages),
    settledStates: digestSettledStates(directory, settledBefore),
  };
  const path = join(directory, inventoryName);
  rmSync(`${path}.new`, { recursive: true, force: true });
  // Only a directory in its place would be in the way of the new one.
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(inventory), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** Forgets what was written down, before a change of the schema may remove files. */
export function removeInventory(directory: string): void {
  rmSync(join(directory, inventoryName), { force: true, recursive: true });
}

/** Null when there is none that can be read: it is only a witness. */
function loadInventory(directory: string): Inventory | null {
  try {
    const value: unknown = JSON.parse(
      readRegularFileSync(join(directory, inventoryName), maxInventoryBytes).toString('utf8'),
    );
    return Check(inventorySchema, value) ? value : null;
  } catch {
    return null;
  }
}

/** The first file that has less than was written down, as a sentence fragment; null when none has. */
export function findLoss(directory: string): string | null {
  const inventory = loadInventory(directory);
  if (inventory === null) return null;
  for (const [name, bytes] of Object.entries(inventory.files)) {
    const now = statSync(join(directory, name), { throwIfNoEntry: false });
    if (now === undefined) return `${name} is missing`;
    if (!now.isFile()) return `${name} is no file`;
    if (now.size < bytes) return `${name} has ${now.size} bytes, and had ${bytes}`;
  }
  for (const [name, known] of Object.entries(inventory.zeroPages)) {
    const pages = Math.floor((inventory.files[name] ?? 0) / pageBytes);
    const lost = findZeroPages(join(directory, name)).find((page) => page < pages && !known.includes(page));
    if (lost !== undefined) return `page ${lost} of ${name} is erased`;
  }
  const changed = findChangedStates(directory, inventory.settledStates ?? {});
  return changed === undefined ? null : `${changed} has other states of transactions than it had`;
}

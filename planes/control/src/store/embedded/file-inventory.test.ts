import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLoss, inventoryName, removeInventory, saveInventory } from './file-inventory.ts';

const pageBytes = 8_192;
const table = 'base/5/16384';
const contents = { watched: [table], settledBefore: 800 };
let directory: string;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'beeline-inventory-'));
  for (const folder of ['global', 'pg_xact', 'base/5']) mkdirSync(at(folder), { recursive: true });
  writeFileSync(at('global/1213'), Buffer.alloc(pageBytes, 1));
  writeFileSync(at('global/1213_fsm'), Buffer.alloc(pageBytes, 1));
  writeFileSync(at('pg_xact/0000'), Buffer.alloc(pageBytes, 0x55));
  writeFileSync(at(table), Buffer.concat([Buffer.alloc(pageBytes, 1), Buffer.alloc(pageBytes)]));
  saveInventory(directory, contents);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('finds nothing in files that are as they were, have grown, or got rows in a page that was free', () => {
  expect(findLoss(directory)).toBeNull();
  writeFileSync(at(table), Buffer.alloc(3 * pageBytes, 1));
  writeFileSync(at('base/5/16390'), Buffer.alloc(pageBytes, 1));
  expect(findLoss(directory)).toBeNull();
});

it.each([
  ['a file that is missing', () => rmSync(at('global/1213')), 'global/1213 is missing'],
  [
    'a file that is smaller',
    () => truncateSync(at(table), pageBytes),
    `${table} has 8192 bytes, and had 16384`,
  ],
  [
    'a directory in place of a file',
    () => {
      rmSync(at('global/1213'));
      mkdirSync(at('global/1213'));
    },
    'global/1213 is no file',
  ],
  [
    'a page that became zeros',
    () => writeFileSync(at(table), Buffer.alloc(2 * pageBytes)),
    `page 0 of ${table} is erased`,
  ],
  [
    'a transaction that is not committed any more',
    () => writeFileSync(at('pg_xact/0000'), Buffer.alloc(pageBytes, 0x55).fill(0, 199, 200)),
    'pg_xact/0000 has other states of transactions than it had',
  ],
])('finds %s', (_case, damage, loss) => {
  damage();
  expect(findLoss(directory)).toBe(loss);
});

it('takes no notice of maps that are made again, and of transactions that had not ended', () => {
  rmSync(at('global/1213_fsm'));
  writeFileSync(at('pg_xact/0000'), Buffer.alloc(pageBytes, 0x55).fill(0, 200));
  expect(findLoss(directory)).toBeNull();
});

it('is only a witness: garbage or a directory in its place finds nothing and is replaced', () => {
  rmSync(at('global/1213'));
  for (const spoil of [
    () => writeFileSync(at(inventoryName), '{"format":1}'),
    () => removeInventory(directory),
    () => mkdirSync(at(inventoryName)),
  ]) {
    rmSync(at(inventoryName), { force: true, recursive: true });
    spoil();
    expect(findLoss(directory)).toBeNull();
  }
  saveInventory(directory, contents);
  expect(readdirSync(directory).filter((name) => name.startsWith(inventoryName))).toEqual([inventoryName]);
  truncateSync(at(table), 0);
  expect(findLoss(directory)).toContain(table);
});

it('of an earlier release has no states of transactions, and finds what it can', () => {
  writeFileSync(at(inventoryName), JSON.stringify({ format: 1, files: { [table]: 16384 }, zeroPages: {} }));
  expect(findLoss(directory)).toBeNull();
  rmSync(at(table));
  expect(findLoss(directory)).toBe(`${table} is missing`);
});

it('takes a table that got another file while the database was open for no loss', () => {
  rmSync(at(table));
  writeFileSync(at('base/5/16500'), Buffer.alloc(pageBytes, 1));
  saveInventory(directory, contents);
  expect(findLoss(directory)).toBeNull();
});

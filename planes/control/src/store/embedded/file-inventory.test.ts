import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLoss, saveInventory } from './file-inventory.ts';

const table = 'base/5/16403';
const page = Buffer.alloc(8_192, 1);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'beeline-inventory-'));
  for (const folder of ['global', 'pg_xact', 'base/5'])
    mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, table), Buffer.concat([page, page]));
  saveInventory(directory, [table]);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('finds no loss where there is none, and in a table that has grown', () => {
  expect(findLoss(directory)).toBeNull();
  writeFileSync(join(directory, table), Buffer.concat([page, page, page]));
  expect(findLoss(directory)).toBeNull();
});

it('finds a table that is gone, was cut, or has lost a page', () => {
  writeFileSync(join(directory, table), Buffer.concat([page, Buffer.alloc(8_192)]));
  expect(findLoss(directory)).toBe(`page 1 of ${table} is erased`);
  writeFileSync(join(directory, table), page);
  expect(findLoss(directory)).toBe(`${table} has 8192 bytes, and had 16384`);
  rmSync(join(directory, table));
  expect(findLoss(directory)).toBe(`${table} is missing`);
});

it('takes a table that got another file while the database was open for no loss', () => {
  rmSync(join(directory, table));
  writeFileSync(join(directory, 'base/5/16500'), page);
  saveInventory(directory, [table]);
  expect(findLoss(directory)).toBeNull();
});

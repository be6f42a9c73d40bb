import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerOf, layers } from './layers.ts';
import { importsOf, isTest, readSourceFiles, type SourceFile } from './source-files.ts';

const files = readSourceFiles();

/** The room that an import leads to: a package entry, or a folder of the same package; undefined for outside packages. */
function roomOf(file: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith('@beeline/')) return specifier;
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.normalize(join(dirname(file.path), specifier));
  return layerOf(target)?.place ?? target;
}

function offencesOf(file: SourceFile): string[] {
  const layer = layerOf(file.path);
  if (layer === undefined) return [`${file.path} is in no layer of the table`];
  const allowed = new Set([
    layer.place,
    ...layer.mayImport,
    ...(isTest(file.path) ? (layer.testsMayImport ?? []) : []),
  ]);
  const samePlane = (room: string) =>
    room.startsWith('planes/') && room.split('/')[1] === file.path.split('/')[1];
  return importsOf(file)
    .map((specifier) => roomOf(file, specifier))
    .filter((room) => room !== undefined)
    .filter((room) => !allowed.has(room) && !samePlane(room))
    .map((room) => `${file.path} imports ${room}`);
}

describe('the layers', () => {
  it('are seen in enough files to mean something', () => {
    expect(files.length).toBeGreaterThan(150);
    for (const layer of layers)
      expect(
        files.some((file) => layerOf(file.path) === layer),
        layer.place,
      ).toBe(true);
  });

  it('are imported only along the arrows of the table', () => {
    expect(files.flatMap(offencesOf)).toEqual([]);
  });

  it('notice an import against the arrows', () => {
    const text = "import { openStore } from '@beeline/control';\n";
    const offender = { path: 'planes/data/src/offender.ts', text, lines: 1 };
    expect(offencesOf(offender)).toEqual(['planes/data/src/offender.ts imports @beeline/control']);
  });

  it('keep SQL inside the store', () => {
    const users = files.filter((file) =>
      importsOf(file).some((name) => /^(kysely|pg|@electric-sql\/.*)$/.test(name)),
    );
    expect(users.length).toBeGreaterThan(3);
    expect(
      users.map((file) => file.path).filter((path) => !/^planes\/control\/src\/(store|testing)\//.test(path)),
    ).toEqual([]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTest, readSourceFiles, repositoryRoot } from './source-files.ts';

const files = readSourceFiles();
const productFiles = files.filter((file) => !isTest(file.path) && !/^(tools|test)\//.test(file.path));
const pathsWhere = (matches: (path: string, text: string) => boolean, among = files) =>
  among.filter((file) => matches(file.path, file.text)).map((file) => file.path);

/** The package entries named by `exports`, as paths from the root. */
function exportedEntries(): Set<string> {
  const entries = new Set<string>();
  for (const file of files.filter((candidate) => basename(candidate.path) === 'index.ts')) {
    for (let folder = dirname(file.path); folder !== '.'; folder = dirname(folder)) {
      const manifest = join(repositoryRoot, folder, 'package.json');
      if (!existsSync(manifest)) continue;
      const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, string> };
      for (const target of Object.values(exports)) entries.add(join(folder, target));
      break;
    }
  }
  return entries;
}

describe('the house rules', () => {
  it('see the whole house', () => {
    expect(productFiles.length).toBeGreaterThan(100);
  });

  it('keep every file at 500 lines or less, and nearly all under 350', () => {
    expect(files.filter((file) => file.lines > 500).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
    const sorted = files.map((file) => file.lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length * 0.95)]).toBeLessThan(350);
  });

  it('allow an index.ts only as the entry of a package', () => {
    const entries = exportedEntries();
    expect(pathsWhere((path) => basename(path) === 'index.ts' && !entries.has(path))).toEqual([]);
  });

  it('read the environment only in a main.ts', () => {
    expect(
      pathsWhere((path, text) => /process\.env\b/.test(text) && basename(path) !== 'main.ts', productFiles),
    ).toEqual([]);
  });

  it('name no folder after the kind of code in it', () => {
    expect(
      pathsWhere((path) => /\/(utils?|helpers?|services|types|common|shared|misc|lib)\//.test(path)),
    ).toEqual([]);
  });

  it('name files in kebab-case', () => {
    expect(
      pathsWhere(
        (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(whole|slow))?(\.test|\.config)?\.ts$/.test(basename(path)),
      ),
    ).toEqual([]);
  });

  it('leave no loose ends in product code', () => {
    const loose = /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck|expect-error)|biome-ignore|\bas any\b|: any\b/;
    expect(pathsWhere((_, text) => loose.test(text), productFiles)).toEqual([]);
  });
});

/** Databases that PostgreSQL copies new ones from; the platform never looks into them. */
const templates = /^database\/base\/[14]\//;
const firstOwnTable = 16_384;

/** Files of a database that come to harm in the same way have the same kind: hundreds are tables and indexes. */
export function kindOfDatabaseFile(path: string): string {
  return path
    .replace(templates, 'database/base/template/')
    .replace(/base\/\d+\//, 'base/own/')
    .replace(/(?<=\/(?:template|own|global)\/)\d+/, (number) =>
      Number(number) < firstOwnTable ? 'table of the catalogue' : 'table of ours',
    )
    .replace(/[0-9A-F]{4,}$/, 'segment');
}

/** The first and the last file of each kind that have anything in them. */
export function chooseOfEachKind<T extends { readonly path: string; readonly size: number }>(
  files: readonly T[],
): readonly T[] {
  const full = files.filter(({ size }) => size > 0);
  const kinds = Map.groupBy(full, ({ path }) => kindOfDatabaseFile(path));
  return [...kinds.values()].flatMap((ofKind) => [...new Set([...ofKind.slice(0, 1), ...ofKind.slice(-1)])]);
}

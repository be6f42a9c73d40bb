import type { Flavor } from '@beeline/core/resources';
import { jsonColumn } from './database/json-column.ts';
import type { LocationRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

export function listLocations(queries: Queries): Promise<readonly LocationRow[]> {
  return queries.selectFrom('locations').selectAll().orderBy('name').execute();
}

/** What an operator says of a location. */
export interface LocationDescription {
  readonly name: string;
  readonly displayName: string;
  readonly country: string | null;
  readonly continent: string | null;
}

/** Writes what an operator says of a location, whether or not it was ever seen; true when it is new. */
export async function describeLocation(queries: Queries, description: LocationDescription): Promise<boolean> {
  const known = await loadLocation(queries, description.name);
  await queries
    .insertInto('locations')
    .values({
      ...description,
      flavors: jsonColumn([]),
      generations: jsonColumn([]),
      assignmentsVersion: 0,
      lastSeenAt: 0,
    })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...description }))
    .execute();
  return known === undefined;
}

function loadLocation(queries: Queries, name: string): Promise<LocationRow | undefined> {
  return queries.selectFrom('locations').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Writes what a location says of itself and returns what was known before. */
export async function saveLocationReport(
  queries: Queries,
  report: {
    readonly name: string;
    readonly flavors: readonly Flavor[];
    readonly generations: readonly string[];
    readonly assignmentsVersion: number;
    readonly nowMs: number;
  },
): Promise<LocationRow | undefined> {
  const before = await loadLocation(queries, report.name);
  const said = {
    flavors: jsonColumn(report.flavors),
    generations: jsonColumn(report.generations),
    assignmentsVersion: report.assignmentsVersion,
    lastSeenAt: report.nowMs,
  };
  await queries
    .insertInto('locations')
    .values({ name: report.name, displayName: report.name, country: null, continent: null, ...said })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(said))
    .execute();
  return before;
}

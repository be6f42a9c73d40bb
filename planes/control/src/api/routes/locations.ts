import { type ConfigurationBody, configurationBody, locationBody } from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { LocationRow } from '../../store/database/tables.ts';
import { listLocations } from '../../store/locations.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute } from '../describe-route.ts';
import { renderLocation } from '../render/render-documents.ts';

const tag = 'locations';

const continentNames: Readonly<Record<string, string>> = {
  af: 'Africa',
  an: 'Antarctica',
  as: 'Asia',
  eu: 'Europe',
  na: 'North America',
  oc: 'Oceania',
  sa: 'South America',
};

/** The places that policies can name: those where a location is. */
export function buildConfiguration(locations: readonly LocationRow[]): ConfigurationBody {
  const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
  const distinct = (codes: readonly (string | null)[]) =>
    [...new Set(codes.filter((code) => code !== null))].sort();
  return {
    continents: distinct(locations.map((row) => row.continent)).map((name) => ({
      name,
      displayName: continentNames[name] ?? name,
    })),
    countries: distinct(locations.map((row) => row.country)).map((name) => ({
      name,
      displayName: countryNames.of(name.toUpperCase()) ?? name,
    })),
    privateLocations: locations.map(({ name }) => ({ name })),
  };
}

/** `/locations` and `/configuration`. */
export function addLocationRoutes(app: FastifyInstance, context: ApiContext): void {
  const list = describeRoute({ tag, summary: 'List locations', answer: Type.Array(locationBody) });
  app.get('/locations', { config: { permission: 'locations:list' }, schema: list }, async () => {
    const rows = await listLocations(context.store.queries);
    return rows.map((row) => renderLocation(row, context.clock.now()));
  });

  const configuration = describeRoute({
    tag,
    summary: 'Get the places that policies can name',
    answer: configurationBody,
  });
  app.get(
    '/configuration',
    { config: { permission: 'configurations:list' }, schema: configuration },
    async () => buildConfiguration(await listLocations(context.store.queries)),
  );
}

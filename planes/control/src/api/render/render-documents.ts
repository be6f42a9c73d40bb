import type { Environment, Location, Metadata, Policy } from '@beeline/core/resources';
import { isHealthy } from '../../decide/deployment-picture.ts';
import type { EnvironmentRow, LocationRow, PolicyRow } from '../../store/database/tables.ts';

const iso = (ms: number) => new Date(ms).toISOString();

function renderMetadata(row: EnvironmentRow | PolicyRow): Metadata {
  return {
    name: row.name,
    displayName: row.displayName,
    labels: row.labels,
    workspace: row.workspace,
    generation: row.generation,
    createdAt: iso(row.createdAt),
    createdBy: row.createdBy,
    updatedAt: iso(row.updatedAt),
    updatedBy: row.updatedBy,
  };
}

/** An environment as the API returns it. */
export function renderEnvironment(row: EnvironmentRow): Environment {
  return {
    metadata: renderMetadata(row),
    spec: { policies: row.policies },
    status: 'DEPLOYED',
    events: [],
  };
}

/** A policy as the API returns it. */
export function renderPolicy(row: PolicyRow): Policy {
  return { metadata: renderMetadata(row), spec: row.spec, status: 'DEPLOYED', events: [] };
}

/** A location as the API returns it. */
export function renderLocation(row: LocationRow, nowMs: number): Location {
  return {
    location: row.name,
    displayName: row.displayName,
    country: row.country,
    continent: row.continent,
    status: isHealthy(row, nowMs) ? 'healthy' : 'unreachable',
    flavors: row.flavors,
    generations: row.generations,
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import {
  buildRevisionTemplate,
  isSameTemplate,
  modelSpecSchema,
  policySpecSchema,
} from '@beeline/core/resources';
import { Check } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import type { StoredDeploymentRow, StoredPolicyRow, StoredRevisionRow, Tables } from '../database/tables.ts';
import { openDeployment, openPolicy, openRevision } from './open-rows.ts';
import { openDocument, type Stored } from './stored-document.ts';

/*
 * The rows that each release left, as test/golden/make-release.ts and testing/dump-documents.ts wrote them. They are
 * never written again: whatever this program becomes, it has to read them.
 */
const folder = new URL('./golden/', import.meta.url);
const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

type GoldenTables = Readonly<Record<string, readonly Record<string, unknown>[]>>;

function readRows<Row>(tables: GoldenTables, table: string): readonly Row[] {
  return (tables[table] ?? []).map(
    (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [camelCase(key), value])) as Row,
  );
}

/** What migrations put into columns that older releases did not have. */
const columnsOfMigrations = { trials: [] };

const releases = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

describe.each(releases)('the documents of release %s', (release) => {
  const tables = JSON.parse(readFileSync(new URL(`${release}.json`, folder), 'utf8')) as GoldenTables;
  const deployments = readRows<StoredDeploymentRow>(tables, 'deployments').map(openDeployment);
  const revisions = readRows<StoredRevisionRow>(tables, 'revisions')
    .map((row) => ({ ...columnsOfMigrations, ...row }))
    .map(openRevision);

  test('are there', () => {
    expect(deployments.map(({ model }) => model).sort()).toEqual(['reviews', 'sentiment']);
    expect(revisions).toHaveLength(3);
  });

  test('have specs that a user could write today', () => {
    expect(deployments.map(({ spec }) => Check(modelSpecSchema, spec))).toEqual([true, true]);
    const policies = readRows<StoredPolicyRow>(tables, 'policies').map(openPolicy);
    expect(policies.map(({ spec }) => Check(policySpecSchema, spec))).toEqual([true]);
  });

  test('ask for no revision beside those that are there', () => {
    const latest = deployments.map(({ latestRevision }) => revisions.find(({ id }) => id === latestRevision));
    const same = deployments.map(
      ({ spec }, index) =>
        latest[index] !== undefined && isSameTemplate(latest[index].template, buildRevisionTemplate(spec)),
    );
    expect(same).toEqual([true, true]);
    const [older] = revisions.filter(({ id }) => !latest.some((one) => one?.id === id));
    const [reviews] = deployments.filter(({ id }) => id === older?.deployment);
    if (older === undefined || reviews === undefined) throw new Error('no deployment was updated');
    expect(isSameTemplate(older.template, buildRevisionTemplate(reviews.spec))).toBe(false);
  });

  test('say what locations and gateways do', () => {
    for (const { activeRevision, route, assignments } of deployments) {
      expect(route?.targets).toMatchObject([{ revision: activeRevision, weight: 100, locations: ['local'] }]);
      expect(assignments).toMatchObject([{ locations: ['local'], assignment: { revision: activeRevision } }]);
      const active = revisions.find(({ id }) => id === activeRevision);
      expect(assignments.map(({ assignment }) => assignment.template)).toEqual([active?.template]);
    }
  });

  test('have records of what happened', () => {
    const executions = readRows<{ record: Stored<'executionRecord'> }>(tables, 'executions');
    expect(executions.map(({ record }) => openDocument('executionRecord', record))).toMatchObject([
      { model: 'sentiment', status: 200, source: 'model' },
      { model: 'sentiment', status: 200, source: 'model' },
    ]);
    const observed = readRows<{ state: Stored<'observedRevision'> }>(tables, 'observed_revisions');
    expect(observed.map(({ state }) => openDocument('observedRevision', state).proof)).toEqual([
      'proved',
      'proved',
    ]);
    const tableNames: readonly (keyof Tables)[] = ['apiKeys', 'logLines', 'locations', 'environments'];
    const camelTables = Object.fromEntries(
      Object.entries(tables).map(([name, rows]) => [camelCase(name), rows]),
    );
    expect(tableNames.map((name) => (camelTables[name] ?? []).length > 0)).toEqual([true, true, true, true]);
  });
});

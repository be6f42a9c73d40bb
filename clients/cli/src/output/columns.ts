import { formatDuration } from '@beeline/core/base';
import type { ExecutionRecord } from '@beeline/core/contract';
import type { Environment, Location, Model, Policy, Revision } from '@beeline/core/resources';
import { formatTime, type TimeStyle } from './format-time.ts';

/** One column of a table: a wide one is shown with -v alone. */
export interface Column<T> {
  readonly header: string;
  readonly wide?: true;
  text(item: T, style: TimeStyle): string;
}

interface Described {
  readonly metadata: { readonly name: string; readonly workspace: string; readonly createdAt: string };
  readonly status: string;
}

const none = '-';
const listOf = (values: readonly string[]) => (values.length === 0 ? none : values.join(', '));
const name: Column<Described> = { header: 'NAME', text: ({ metadata }) => metadata.name };
const workspace: Column<Described> = {
  header: 'WORKSPACE',
  wide: true,
  text: ({ metadata }) => metadata.workspace,
};
const status: Column<Described> = { header: 'STATUS', text: (item) => item.status };
const times: readonly Column<{ readonly metadata: { createdAt: string; updatedAt: string } }>[] = [
  { header: 'CREATED', text: ({ metadata }, style) => formatTime(metadata.createdAt, style) },
  { header: 'UPDATED', text: ({ metadata }, style) => formatTime(metadata.updatedAt, style) },
];

function replicasOf({ observed, spec }: Model): string {
  const { starting, ready } = observed.replicas;
  return `${ready}/${spec.serverlessConfig.maxNumReplicas}${starting === 0 ? '' : ` (+${starting} starting)`}`;
}

export const modelColumns: readonly Column<Model>[] = [
  workspace,
  name,
  { header: 'ENVIRONMENT', text: ({ metadata }) => metadata.environment },
  status,
  { header: 'REVISION', text: ({ observed }) => observed.activeRevision ?? none },
  { header: 'NEWEST', wide: true, text: ({ observed }) => observed.latestRevision ?? none },
  { header: 'REPLICAS', text: replicasOf },
  ...times,
  { header: 'ORIGIN', wide: true, text: ({ spec }) => spec.runtime.model },
  { header: 'URL', wide: true, text: ({ metadata }) => metadata.url },
];

export const environmentColumns: readonly Column<Environment>[] = [
  workspace,
  name,
  { header: 'POLICIES', text: ({ spec }) => listOf(spec.policies) },
  status,
  ...times,
];

/** What a policy allows, in a few words. */
export function describePolicy({ spec }: Policy): string {
  if (spec.type === 'location')
    return listOf((spec.locations ?? []).map((each) => `${each.type} ${each.name}`));
  if (spec.type === 'flavor') return listOf((spec.flavors ?? []).map((each) => each.name));
  const { granularity = '', step = 1, ...limits } = spec.maxTokens ?? {};
  const parts = Object.entries(limits)
    .filter(([, limit]) => limit !== 0)
    .map(([part, limit]) => `${part} ${limit}`);
  return `${listOf(parts)} per ${step === 1 ? '' : `${step} `}${granularity}${step === 1 ? '' : 's'}`;
}

export const policyColumns: readonly Column<Policy>[] = [
  workspace,
  name,
  { header: 'TYPE', text: ({ spec }) => spec.type },
  { header: 'ALLOWS', text: describePolicy },
  status,
  ...times,
];

export const locationColumns: readonly Column<Location>[] = [
  { header: 'NAME', text: ({ location }) => location },
  { header: 'COUNTRY', text: ({ country }) => country ?? none },
  { header: 'CONTINENT', text: ({ continent }) => continent ?? none },
  { header: 'STATUS', text: (location) => location.status },
  { header: 'FLAVORS', text: ({ flavors }) => listOf(flavors.map((flavor) => flavor.name)) },
  { header: 'GENERATIONS', text: ({ generations }) => listOf(generations) },
];

function roleOf({ active, canary, previousActive }: Revision): string {
  if (active) return 'active';
  if (canary) return 'canary';
  return previousActive ? 'previous' : none;
}

/** Enough of a digest to tell two apart. */
const shortDigest = (digest: string | null) => digest?.replace('sha256:', '').slice(0, 12) ?? none;

export const revisionColumns: readonly Column<Revision>[] = [
  { header: 'ID', text: ({ id }) => id },
  { header: 'NUMBER', text: ({ number }) => String(number) },
  { header: 'ROLE', text: roleOf },
  { header: 'STATUS', text: (revision) => revision.status },
  { header: 'TRAFFIC', text: ({ trafficPercent }) => `${trafficPercent}%` },
  { header: 'CREATED', text: ({ createdAt }, style) => formatTime(createdAt, style) },
  { header: 'CREATED BY', wide: true, text: ({ createdBy }) => createdBy },
  { header: 'FILES', wide: true, text: ({ modelDigest }) => shortDigest(modelDigest) },
  { header: 'REASON', wide: true, text: ({ reason }) => reason?.split('\n')[0] ?? none },
];

const timing = (header: string, of: (record: ExecutionRecord) => number | null, wide?: true) => ({
  header,
  ...(wide === undefined ? {} : { wide }),
  text: (record: ExecutionRecord) => {
    const ms = of(record);
    return ms === null ? none : formatDuration(ms);
  },
});

export const executionColumns: readonly Column<ExecutionRecord>[] = [
  { header: 'ID', text: ({ id }) => id },
  { header: 'STARTED', text: ({ startedAt }, style) => formatTime(startedAt, style) },
  { header: 'MODEL', wide: true, text: ({ model }) => model },
  { header: 'ENVIRONMENT', text: ({ environment }) => environment },
  { header: 'REQUEST', wide: true, text: ({ method, path }) => `${method} ${path}` },
  { header: 'ANSWER', text: (record) => `${record.status}${record.aborted ? ' aborted' : ''}` },
  { header: 'BY', text: ({ source }) => source },
  { header: 'REVISION', text: ({ revision }) => revision ?? none },
  { header: 'LOCATION', wide: true, text: ({ location }) => location ?? none },
  { header: 'REPLICA', wide: true, text: ({ replica }) => replica ?? none },
  timing('QUEUE', ({ timings }) => timings.queueMs),
  timing('START', ({ timings }) => timings.startMs),
  timing('LOAD', ({ timings }) => timings.loadMs),
  timing('RUN', ({ timings }) => timings.runMs),
  timing('FIRST BYTE', ({ timings }) => timings.firstByteMs, true),
  timing('TOTAL', ({ timings }) => timings.totalMs),
  {
    header: 'TOKENS',
    wide: true,
    text: ({ tokens }) => (tokens === null ? none : `${tokens.input} in, ${tokens.output} out`),
  },
  { header: 'ERROR', wide: true, text: ({ errorCode }) => errorCode ?? none },
];

import { defaultEnvironment, kinds } from '@beeline/core/resources';
import type { Session } from '../settings/open-session.ts';
import {
  environmentColumns,
  executionColumns,
  locationColumns,
  modelColumns,
  policyColumns,
  revisionColumns,
} from './columns.ts';
import { createView, pickNamed, type View } from './create-view.ts';

function namesOf(kind: string): readonly string[] {
  const found = kinds.find((entry) => entry.kind === kind);
  return found === undefined ? [] : [found.plural, found.singular, found.short];
}

const oneEnvironment = ({ settings, io }: Session) => ({
  environment: settings.environment ?? defaultEnvironment,
  signal: io.signal,
});

// Ids have an underscore, names of models cannot.
const isExecutionId = (name: string) => name.includes('_');

/** Everything that `bl get` can show. */
export const views: readonly View[] = [
  createView({
    kind: 'Model',
    names: namesOf('Model'),
    columns: modelColumns,
    // Only an environment that was asked for narrows the list: the one of the context would hide the others.
    async read({ client, io, options }, name) {
      // Asked for by name in one environment, the platform tells in which others there is such a model.
      if (name !== undefined && options.env !== undefined) {
        return [await client.models.get(name, { environment: options.env, signal: io.signal })];
      }
      const models = await client.models.list({ environment: options.env, signal: io.signal });
      return pickNamed('model', models, ({ metadata }) => metadata.name, name);
    },
  }),
  createView({
    kind: 'Revision',
    names: ['revisions', 'revision', 'rev'],
    requiredName: 'the name of a model',
    columns: revisionColumns,
    read: (session, name = '') => session.client.models.revisions(name, oneEnvironment(session)),
  }),
  createView({
    kind: 'Execution',
    names: ['executions', 'execution', 'exe'],
    requiredName: 'the name of a model, or the id of an execution',
    columns: executionColumns,
    async read(session, name = '') {
      const { client, io } = session;
      if (isExecutionId(name)) return [await client.executions.get(name, { signal: io.signal })];
      return await client.models.executions(name, { ...oneEnvironment(session), limit: 50 });
    },
  }),
  createView({
    kind: 'Environment',
    names: namesOf('Environment'),
    columns: environmentColumns,
    async read({ client, io }, name) {
      if (name !== undefined) return [await client.environments.get(name, { signal: io.signal })];
      return await client.environments.list({ signal: io.signal });
    },
  }),
  createView({
    kind: 'Policy',
    names: namesOf('Policy'),
    columns: policyColumns,
    async read({ client, io }, name) {
      if (name !== undefined) return [await client.policies.get(name, { signal: io.signal })];
      return await client.policies.list({ signal: io.signal });
    },
  }),
  createView({
    kind: 'Location',
    names: namesOf('Location'),
    columns: locationColumns,
    async read({ client, io }, name) {
      const locations = await client.locations.list({ signal: io.signal });
      return pickNamed('location', locations, ({ location }) => location, name);
    },
  }),
];

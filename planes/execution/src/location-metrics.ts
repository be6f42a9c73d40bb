import { type Metrics, secondsBuckets } from '@beeline/core/service';
import type { ArtifactCounts } from './artifacts/artifact-cache.ts';
import type { Replica } from './instances/replica.ts';
import { countReplicas, type ServedRevision } from './instances/served-revision.ts';

/** What a location counts as it happens. */
export interface LocationMetrics {
  /** A replica became ready. */
  started(revision: ServedRevision, replica: Replica): void;
  /** A replica did not become ready; `code` says why. */
  startFailed(revision: ServedRevision, code: string): void;
  /** Another number of replicas is wanted than before. */
  decided(revision: ServedRevision, before: number, desired: number): void;
}

const deploymentLabels = ['workspace', 'model', 'environment'];
const revisionLabels = [...deploymentLabels, 'revision'];

const namesOf = ({ assignment: { workspace, model, environment } }: ServedRevision) =>
  [workspace, model, environment] as const;

function addSampled(metrics: Metrics, revisions: () => Iterable<ServedRevision>): void {
  metrics.sampled(
    {
      name: 'beeline_location_replicas',
      help: 'Replicas by state: requested, fetching, starting, ready, draining',
      type: 'gauge',
      labels: [...revisionLabels, 'state'],
    },
    (report) => {
      for (const revision of revisions()) {
        for (const [state, count] of Object.entries(countReplicas(revision.replicas.values()))) {
          report(count, ...namesOf(revision), revision.assignment.revision, state);
        }
      }
    },
  );
  const perRevision = (name: string, help: string, read: (revision: ServedRevision) => number) =>
    metrics.sampled({ name, help, type: 'gauge', labels: revisionLabels }, (report) => {
      for (const revision of revisions()) {
        report(read(revision), ...namesOf(revision), revision.assignment.revision);
      }
    });
  perRevision(
    'beeline_location_replicas_desired',
    'Replicas that were last decided to be wanted',
    ({ desired }) => desired,
  );
  perRevision(
    'beeline_location_requests_in_flight',
    'Requests that replicas work on',
    ({ pool }) => pool.inFlight,
  );
  perRevision(
    'beeline_location_requests_waiting',
    'Requests that wait for a replica; bounded by queueLimit, each by queueDeadline',
    ({ pool }) => pool.waiting,
  );
}

function addArtifacts(metrics: Metrics, counts: () => ArtifactCounts): void {
  const held = (name: string, help: string, read: (counts: ArtifactCounts) => number) =>
    metrics.sampled({ name, help, type: 'gauge', labels: [] }, (report) => report(read(counts())));
  held(
    'beeline_location_artifact_bytes',
    'Bytes of the files of models in the cache, each counted once',
    ({ bytes }) => bytes,
  );
  held(
    'beeline_location_artifact_files',
    'Files of models in the cache, each counted once',
    ({ files }) => files,
  );
  metrics.sampled(
    {
      name: 'beeline_location_artifact_files_damaged_total',
      help: 'Files of models in the cache that had other contents than they should and were fetched again: should stay 0',
      type: 'counter',
      labels: [],
    },
    (report) => report(counts().damaged),
  );
  metrics.sampled(
    {
      name: 'beeline_location_artifact_fetches_total',
      help: 'Looks for the files of a model, by result: hit (in the cache), miss (read from the origin), failed',
      type: 'counter',
      labels: ['result'],
    },
    (report) => {
      const { hits, misses, failures } = counts();
      report(hits, 'hit');
      report(misses, 'miss');
      report(failures, 'failed');
    },
  );
}

/** What a location is read for at each scrape. */
export interface LocationSources {
  revisions(): Iterable<ServedRevision>;
  artifacts(): ArtifactCounts;
}

/** Adds what a location tells of its revisions and its cache. */
export function createLocationMetrics(metrics: Metrics, sources: LocationSources): LocationMetrics {
  addSampled(metrics, sources.revisions);
  addArtifacts(metrics, sources.artifacts);
  const starts = metrics.counter({
    name: 'beeline_location_starts_total',
    help: 'Starts of replicas that ended, by result: ready, or the code of the failure',
    labels: [...deploymentLabels, 'result'],
  });
  const phases = metrics.histogram(
    {
      name: 'beeline_location_start_seconds',
      help: 'How long starts that succeeded took, by phase: start (files and process), load (the model)',
      labels: ['generation', 'phase'],
    },
    secondsBuckets,
  );
  const decisions = metrics.counter({
    name: 'beeline_location_scaling_decisions_total',
    help: 'Changes of the number of replicas that are wanted, by direction: up, down',
    labels: [...deploymentLabels, 'direction'],
  });
  return {
    started(revision, { requestedAt, answeredAt, idleSince: readyAt }) {
      const { generation } = revision.assignment.template;
      const answered = answeredAt ?? readyAt;
      starts.cell(...namesOf(revision), 'ready').value += 1;
      phases.cell(generation, 'start').observe((answered - requestedAt) / 1_000);
      phases.cell(generation, 'load').observe((readyAt - answered) / 1_000);
    },
    startFailed(revision, code) {
      starts.cell(...namesOf(revision), code).value += 1;
    },
    decided(revision, before, desired) {
      decisions.cell(...namesOf(revision), desired > before ? 'up' : 'down').value += 1;
    },
  };
}

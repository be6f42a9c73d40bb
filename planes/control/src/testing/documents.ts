import type { ExecutionRecord, ObservedMessage, ObservedRevision } from '@beeline/core/contract';

/** What a location says of a revision, idle and proved unless told otherwise. */
export function observedRevision(
  revision: string,
  changes: Partial<ObservedRevision> = {},
): ObservedRevision {
  return {
    revision,
    proof: 'proved',
    failure: null,
    artifactDigest: null,
    replicas: { requested: 0, fetching: 0, starting: 0, ready: 0, draining: 0 },
    inFlight: 0,
    waiting: 0,
    ...changes,
  };
}

/** The report of a location. */
export function observedMessage(
  location: string,
  assignmentsVersion: number,
  revisions: readonly ObservedRevision[],
): ObservedMessage {
  return {
    location,
    assignmentsVersion,
    flavors: [{ name: 'x86', type: 'cpu' }],
    generations: ['process'],
    revisions,
  };
}

/** A model document that is good enough to be applied. */
export function modelDocument(name: string, changes: Record<string, unknown> = {}, environment?: string) {
  const spec = { runtime: { type: 'directory', model: 'file:/models/one' }, ...changes };
  return {
    apiVersion: 'beeline.dev/v1alpha1',
    kind: 'Model',
    metadata: { name, ...(environment === undefined ? {} : { environment }) },
    spec,
  };
}

/** An execution that went well. */
export function executionRecord(id: string, changes: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    id,
    workspace: 'default',
    model: 'sentiment',
    environment: 'production',
    revision: 'rev_1',
    location: 'local',
    replica: 'rep_1',
    key: 'key_1',
    startedAt: 1_700_000_000_000,
    method: 'POST',
    path: '/',
    status: 200,
    source: 'model',
    errorCode: null,
    aborted: false,
    timings: { queueMs: 0, startMs: 0, loadMs: 0, runMs: 5, firstByteMs: 5, totalMs: 6 },
    requestBytes: 10,
    responseBytes: 20,
    tokens: null,
    ...changes,
  };
}

/** An environment document. */
export const environmentDocument = (name: string, policies: readonly string[] = []) => ({
  metadata: { name },
  spec: { policies },
});

/** A policy document that allows Europe. */
export const policyDocument = (name: string) => ({
  metadata: { name },
  spec: { type: 'location', locations: [{ type: 'continent', name: 'eu' }] },
});

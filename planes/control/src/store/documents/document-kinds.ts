import type {
  ExecutionRecord,
  ObservedRevision,
  RevisionAssignment,
  RevisionFailure,
  RouteEntry,
} from '@beeline/core/contract';
import { completeModelSpec, completeRevisionTemplate, type PolicySpec } from '@beeline/core/resources';
import type { LocationTrial } from '../database/tables.ts';
import type { DocumentKind, StoredObject } from './upgrade-document.ts';

/** What a deployment has at which locations. */
export interface PlacedAssignment {
  readonly locations: readonly string[];
  readonly assignment: RevisionAssignment;
}

type Steps = DocumentKind<object>['steps'];

/** `complete` is told what is missing by the type that it takes; the steps make documents of that type. */
function kind<T extends object, Incomplete = T>(
  complete: (stored: Incomplete) => T,
  steps: Steps = [],
): DocumentKind<T> {
  return { steps, complete: complete as (stored: StoredObject) => T };
}

/** A kind of which no field was added yet. */
const whole = <T extends object>(steps: Steps = []) => kind((stored: T): T => stored, steps);

function completePlacedAssignment({ locations, assignment }: PlacedAssignment): PlacedAssignment {
  return {
    locations,
    assignment: { ...assignment, template: completeRevisionTemplate(assignment.template) },
  };
}

/**
 * Every kind of document in the database, with the way from each earlier version of it to the present one.
 *
 * - A new field with a default needs no step: `complete` fills it in.
 * - A field that changes its name, place or meaning needs one: append a pure function to `steps`. It gets a document of
 *   the version before and returns one of the next; the version is counted by the number of steps. Steps are never
 *   changed or removed once they were released. Whatever holds a part of the same form needs the step too:
 *   `placedAssignment` holds a `revisionTemplate`.
 * - SQL that looks into documents (`sumExecutions`) sees them as they were written, without steps.
 */
export const documentKinds = {
  modelSpec: kind(completeModelSpec),
  policySpec: whole<PolicySpec>(),
  revisionTemplate: kind(completeRevisionTemplate),
  revisionFailure: whole<RevisionFailure>(),
  locationTrial: whole<LocationTrial>(),
  observedRevision: whole<ObservedRevision>(),
  routeEntry: whole<RouteEntry>(),
  placedAssignment: kind(completePlacedAssignment),
  executionRecord: whole<ExecutionRecord>(),
} as const;

export type DocumentName = keyof typeof documentKinds;

/** What a document of that kind is once it has been opened. */
export type DocumentOf<Name extends DocumentName> =
  (typeof documentKinds)[Name] extends DocumentKind<infer T> ? T : never;

import type {
  DeploymentRow,
  PolicyRow,
  RevisionRow,
  StoredDeploymentRow,
  StoredPolicyRow,
  StoredRevisionRow,
} from '../database/tables.ts';
import { openDocument } from './stored-document.ts';

/** A deployment with its documents as this program knows them. */
export function openDeployment(row: StoredDeploymentRow): DeploymentRow {
  return {
    ...row,
    spec: openDocument('modelSpec', row.spec),
    route: row.route === null ? null : openDocument('routeEntry', row.route),
    assignments: row.assignments.map((assignment) => openDocument('placedAssignment', assignment)),
  };
}

/** A revision with its documents as this program knows them. */
export function openRevision(row: StoredRevisionRow): RevisionRow {
  return {
    ...row,
    template: openDocument('revisionTemplate', row.template),
    failure: row.failure === null ? null : openDocument('revisionFailure', row.failure),
    trials: row.trials.map((trial) => openDocument('locationTrial', trial)),
  };
}

/** A policy with its documents as this program knows them. */
export function openPolicy(row: StoredPolicyRow): PolicyRow {
  return { ...row, spec: openDocument('policySpec', row.spec) };
}

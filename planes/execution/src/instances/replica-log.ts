import type { LogLineMessage, RevisionAssignment } from '@beeline/core/contract';

/** Builds a line of a deployment's log. */
export function buildLogLine(
  assignment: RevisionAssignment,
  replica: string,
  line: { readonly at: number; readonly source: LogLineMessage['source']; readonly text: string },
): LogLineMessage {
  const { workspace, model, environment, revision } = assignment;
  return {
    at: line.at,
    workspace,
    model,
    environment,
    revision,
    replica,
    source: line.source,
    message: line.text,
  };
}

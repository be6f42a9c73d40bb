import { storableText } from '@beeline/core/base';
import type { LogLineMessage, RevisionAssignment } from '@beeline/core/contract';

/** Builds a line of a deployment's log, of text that may be a model's. */
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
    message: storableText(line.text),
  };
}

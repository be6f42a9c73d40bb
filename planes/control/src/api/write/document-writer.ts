import type { Precondition } from '../conditions/preconditions.ts';

/** Who writes, in which workspace, and when. */
export interface DocumentWriter {
  readonly workspace: string;
  readonly who: string;
  readonly nowMs: number;
  /** What has to hold of the document as it is. */
  readonly condition: Precondition;
}

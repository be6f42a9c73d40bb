/** Who writes, in which workspace, and when. */
export interface DocumentWriter {
  readonly workspace: string;
  readonly who: string;
  readonly nowMs: number;
}

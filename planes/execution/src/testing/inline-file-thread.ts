import { runSteps } from '@beeline/core/model-files';
import { createFileJobs } from '../artifacts/disk/file-jobs.ts';
import type { FileThread } from '../artifacts/file-thread.ts';

/** Does the same work as a thread of its own, in this one: tests see every step, and take milliseconds. */
export function openInlineFileThread(): FileThread {
  const jobs = createFileJobs();
  const closed = new AbortController();
  return {
    run: (job, request, signal) =>
      runSteps(
        jobs[job](request as never) as never,
        signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]),
      ),
    close: () => closed.abort(new Error('the thread for files is closed')),
  };
}

import type { Steps } from '@beeline/core/model-files';
import { type CopiedOrigin, type CopyRequest, copyOrigin } from './copy-origin.ts';
import { type KnownFile, RememberedFiles } from './remembered-files.ts';
import {
  type BlobSize,
  type OpenedCache,
  openCache,
  type SweepRequest,
  sweepCache,
  type TidyRequest,
} from './tidy-cache.ts';
import { type SnapshotVerdict, type VerifyRequest, verifySnapshot } from './verify-snapshot.ts';

/** All that is done with files, by name: what it is told and what it gives. */
export interface FileJobs {
  open: { request: TidyRequest; result: OpenedCache };
  copy: { request: CopyRequest; result: CopiedOrigin };
  /** `written` was just written and need not be looked at. */
  verify: { request: VerifyRequest & { readonly written: readonly KnownFile[] }; result: SnapshotVerdict };
  sweep: { request: SweepRequest; result: readonly BlobSize[] };
}

export type FileJobName = keyof FileJobs;

type JobTable = {
  readonly [N in FileJobName]: (request: FileJobs[N]['request']) => Steps<FileJobs[N]['result']>;
};

/** The jobs, with a common memory of what was checked. */
export function createFileJobs(): JobTable {
  const remembered = new RememberedFiles();
  return {
    open: openCache,
    copy: copyOrigin,
    verify({ written, ...request }) {
      for (const file of written) remembered.add(file);
      return verifySnapshot(request, remembered);
    },
    sweep: (request) => sweepCache(request, remembered),
  };
}

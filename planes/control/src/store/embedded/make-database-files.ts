import { execFile } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BeelineError, cutTextStart } from '@beeline/core/base';
import { describeSystemFailure } from '@beeline/core/service';
import { tryFileSystem } from './try-file-system.ts';

const longestMs = 300_000;

/**
 * Makes the files of the database in a process of its own: see initialize-pglite.ts. They get their name only when
 * they are complete, so a first start that is cut short leaves nothing in the way of the next.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE
 */
export async function makeDatabaseFiles(files: string): Promise<void> {
  const program = fileURLToPath(new URL('./initialize-pglite.ts', import.meta.url));
  const draft = `${files}.new`;
  try {
    rmSync(draft, { recursive: true, force: true });
    await promisify(execFile)(process.execPath, [program, draft], { timeout: longestMs });
    renameSync(draft, files);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    const refusal = describeSystemFailure(cause) ?? tryFileSystem(dirname(files));
    if (refusal !== null) throw refusal;
    const { stderr = '' } = cause as { readonly stderr?: string };
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the database cannot be made in ${files}: check free disk space and permissions, or choose another directory`,
      detail: cutTextStart(stderr, 2_000),
      cause,
    });
  }
}

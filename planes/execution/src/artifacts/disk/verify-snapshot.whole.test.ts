import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInlineFileThread } from '../../testing/inline-file-thread.ts';
import { openArtifactCache } from '../artifact-cache.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-few-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Looks at a snapshot in a process that uses up its descriptors after the first so many steps. */
const script = `
const [here, directory, digest, steps] = process.argv.slice(1);
const { openSync } = await import('node:fs');
const { verifySnapshot } = await import(here + '/verify-snapshot.ts');
const { RememberedFiles } = await import(here + '/remembered-files.ts');
const looking = verifySnapshot({ directory, digest }, new RememberedFiles());
for (let step = 0; step < Number(steps); step += 1) looking.next();
try { for (;;) openSync('/dev/null'); } catch {}
try { while (!looking.next().done); process.stdout.write('done'); }
catch (error) { process.stdout.write(String(error.code === 'EMFILE' || error.cause?.code === 'EMFILE')); }
`;

// A step is 64 files: nothing is open between two steps.
test.each([
  ['the manifest', 0, 1],
  ['a file', 1, 70],
  ['what else lies there', 1, 64],
])('a process that can open no file for %s takes nothing for damaged', async (_what, steps, count) => {
  const origin = join(root, 'origin');
  await mkdir(origin);
  for (let file = 0; file < count; file += 1) await writeFile(join(origin, `${file}`), `contents ${file}`);
  const directory = join(root, 'cache');
  const cache = await openArtifactCache({
    directory,
    limits: { maxFiles: 100, maxBytes: 10_000 },
    rules: { roots: [root], forbidden: [] },
    logger: silentLogger,
    openThread: openInlineFileThread,
  });
  const { digest, directory: files } = await cache.fetch({ path: origin, digest: null, trusted: false });
  cache.close();
  const node = [process.execPath, '--input-type=module', '-e', script];
  const told = execFileSync(
    'sh',
    ['-c', 'ulimit -n 60; exec "$@"', 'sh', ...node, import.meta.dirname, directory, digest, `${steps}`],
    { encoding: 'utf8' },
  );
  expect(told).toBe('true');
  expect(existsSync(files)).toBe(true);
});

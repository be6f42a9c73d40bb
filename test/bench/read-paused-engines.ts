import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Memory of each engine that waits, stopped in place, at the location of a platform: resident bytes. */
export async function readPausedEngines(directory: string): Promise<readonly number[]> {
  const instances = join(directory, 'data/location/process/instances');
  const memory: number[] = [];
  for (const id of await readdir(instances)) {
    const record = await readFile(join(instances, id, 'instance.json'), 'utf8').catch(() => null);
    if (record === null) continue;
    const { pid } = JSON.parse(record) as { readonly pid: number };
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    if (/^State:\s+T/m.test(status) && kilobytes !== undefined) memory.push(Number(kilobytes) * 1024);
  }
  return memory;
}

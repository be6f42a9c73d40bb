import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnFile } from './read-own-file.ts';

/** What the next owner has to know of an instance: the file `instance.json` in its directory. */
export interface InstanceRecord {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly startTicks: string;
  readonly socketPath: string;
  readonly readyPath: string;
}

const fileName = 'instance.json';

export function saveInstanceRecord(directory: string, record: InstanceRecord): void {
  const path = join(directory, fileName);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Null when there is none, or none that can be read: its processes are found by their mark then. */
export function loadInstanceRecord(directory: string): InstanceRecord | null {
  try {
    return JSON.parse(readOwnFile(join(directory, fileName))) as InstanceRecord;
  } catch {
    return null;
  }
}

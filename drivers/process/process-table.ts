import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** Reads what the kernel says of processes, from Linux's /proc. */

export interface ProcessFacts {
  /** Clock ticks since boot when it started: together with the id it names one process for ever. */
  readonly startTicks: string;
  /** `Z` is a process that has ended and waits for its parent, `T` a stopped one. */
  readonly state: string;
  readonly cpuMs: number;
}

const millisecondsPerTick = 10;

/** Facts of a line of `/proc/{pid}/stat`; the name in it may hold blanks and brackets. */
export function parseStat(line: string): ProcessFacts | null {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === undefined || startTicks === undefined) return null;
  return { state, startTicks, cpuMs: (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick };
}

/** Null when there is no such process. */
export function readProcess(pid: number): ProcessFacts | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null; // it ended
  }
}

/** Whether exactly this process still runs. */
export function runsStill(pid: number, startTicks: string): boolean {
  const facts = readProcess(pid);
  return facts !== null && facts.startTicks === startTicks && facts.state !== 'Z';
}

/** A process and the value of the variable that marks it. */
export interface MarkedProcess {
  readonly pid: number;
  readonly mark: string;
}

/** Whether a mark is the value or a path below it. */
export function isMarkOf(value: string, mark: string): boolean {
  return mark === value || mark.startsWith(`${value}/`);
}

/** The processes whose environment began with the variable set to the value or to a path below it. */
export async function findMarked(variable: string, value: string): Promise<readonly MarkedProcess[]> {
  const found: MarkedProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    for (const entry of environment.split('\0')) {
      if (!entry.startsWith(`${variable}=`)) continue;
      const mark = entry.slice(variable.length + 1);
      if (isMarkOf(value, mark)) found.push({ pid: Number(name), mark });
    }
  }
  return found;
}

/** Resident memory of a process, in bytes; 0 when it ended. */
export async function readMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** How many processes the kernel has killed for want of memory since boot; 0 where it does not say. */
export function readOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0; // a kernel without /proc/vmstat: a kill for want of memory shows as killed
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const writer = new URL('./durability-writer.ts', import.meta.url).pathname;

/**
 * Lets a process write into a store and kills it with SIGKILL right after `writes` were accepted, and possibly in
 * the middle of the next. Gives the number of the last write that was accepted.
 */
export async function writeUntilKilled(where: string, first: number, writes: number): Promise<number> {
  const child = spawn(process.execPath, [writer, where, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const exited = once(child, 'exit');
  let accepted = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    accepted = Number(line);
    if (accepted >= first + writes - 1 && !child.killed) child.kill('SIGKILL');
  }
  await exited;
  if (accepted < first) throw new Error(`the writer wrote nothing: ${Buffer.concat(complaints).toString()}`);
  return accepted;
}

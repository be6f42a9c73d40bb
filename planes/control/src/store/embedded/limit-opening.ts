import { Worker } from 'node:worker_threads';

const longestMs = 120_000;

/** Runs in a thread of its own, because a damaged database may keep this one busy for ever. */
const watch = `
const { writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
setTimeout(() => {
  writeSync(2, 'error: ' + workerData.message + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, workerData.longestMs);
`;

/**
 * Ends this process with a line when the database is not open in time; the returned function says that it is. Opening
 * takes a second or two, and a minute on a busy machine that has much to recover.
 */
export function limitOpening(message: string, limitMs = longestMs): () => void {
  const workerData = { message, longestMs: limitMs };
  // Flags of this process would say how the text above is to be read.
  const worker = new Worker(watch, { eval: true, execArgv: [], workerData });
  worker.unref();
  return () => void worker.terminate();
}

import { parentPort } from 'node:worker_threads';
import { serveFileJobs } from './serve-file-jobs.ts';

// The entry of a thread for work with files.

if (parentPort === null) throw new Error('run-file-thread.ts must be started as a worker thread');
serveFileJobs(parentPort);

import { parentPort, workerData } from 'node:worker_threads';
import { runWorker } from './run-worker.ts';
import type { WorkerStartMessage } from './worker-messages.ts';

if (parentPort !== null) await runWorker(parentPort, workerData as WorkerStartMessage);

import type { Client } from '@beeline/sdk';
import type { CallKind, CallResult } from './call-result.ts';
import { deployNumbered } from './change-deployment.ts';

/** Deployments that are called one call at a time, and lose their replica while it has nothing to do. */
export interface QuietDeployments {
  /** Calls one of them, kills the replica that answered, and calls at once again: whole, as a stream, whole. */
  killOne(): Promise<void>;
  readonly kills: number;
  readonly results: readonly CallResult[];
}

/** Each gets some rest between two kills: a replica that ends soon after it came counts as one that cannot start. */
const deployments = 5;
const callsAfter: readonly CallKind[] = ['unary', 'stream', 'unary'];

export async function deployQuiet(options: {
  readonly client: Client;
  readonly directory: string;
  readonly servedFile: string;
  nextNumber(): number;
  send(model: string, kind: CallKind, number: number): Promise<CallResult>;
}): Promise<QuietDeployments> {
  const { client, directory, servedFile, nextNumber, send } = options;
  const names = Array.from({ length: deployments }, (_, index) => `quiet-${index}`);
  await Promise.all(names.map((name) => deployNumbered(client, { name, directory, servedFile })));
  const results: CallResult[] = [];
  let kills = 0;
  return {
    results,
    get kills() {
      return kills;
    },
    async killOne() {
      const name = names[kills % names.length] ?? '';
      const asked = await send(name, 'unary', nextNumber());
      results.push(asked);
      if (asked.pid === null) return;
      process.kill(asked.pid, 'SIGKILL');
      kills += 1;
      results.push(...(await Promise.all(callsAfter.map((kind) => send(name, kind, nextNumber())))));
    },
  };
}

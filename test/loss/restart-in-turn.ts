import type { Apart } from './start-apart.ts';

export type RestartCounts = Readonly<Record<'gateway' | 'location' | 'control', number>>;

/** Restarts the parts of the platform gracefully: gateway, location, the other gateway, control, and so on. */
export interface RestartsInTurn {
  restartNext(): Promise<void>;
  readonly counts: RestartCounts;
}

export function restartInTurn({ gateways, location, control }: Apart): RestartsInTurn {
  const inTurn = [
    ['gateway', gateways[0]],
    ['location', location],
    ['gateway', gateways[1]],
    ['control', control],
  ] as const;
  const counts = { gateway: 0, location: 0, control: 0 };
  let turn = 0;
  return {
    counts,
    async restartNext() {
      const next = inTurn[turn % inTurn.length];
      if (next === undefined) return;
      turn += 1;
      const [kind, part] = next;
      await part.stop('SIGTERM');
      await part.start();
      counts[kind] += 1;
    },
  };
}

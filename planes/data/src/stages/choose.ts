import type { BeelineError } from '@beeline/core/base';
import type { LocationPort, RouteEntry, RouteTarget } from '@beeline/core/contract';
import { noLocation } from '../errors.ts';

/** The revision that answers a request, and the place where. */
export interface Choice {
  readonly revision: string;
  readonly port: LocationPort;
}

/** The target that a point from 0 (inclusive) to 1 (exclusive) falls on, each as wide as its weight. */
export function chooseTarget(targets: readonly RouteTarget[], point: number): RouteTarget | undefined {
  const only = targets[0];
  if (targets.length === 1) return only;
  let total = 0;
  for (const target of targets) total += target.weight;
  let left = point * total;
  for (const target of targets) {
    left -= target.weight;
    if (left < 0) return target;
  }
  return only;
}

/** Picks the revision by weight and the first location that may serve it and is connected. */
export function choose(
  route: RouteEntry,
  ports: ReadonlyMap<string, LocationPort>,
  random: () => number,
): Choice | BeelineError {
  const target = chooseTarget(route.targets, random());
  if (target === undefined) return noLocation([]);
  for (const name of target.locations) {
    const port = ports.get(name);
    if (port !== undefined) return { revision: target.revision, port };
  }
  return noLocation(target.locations);
}

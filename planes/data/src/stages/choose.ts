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

/** Revisions at locations that a request has been offered to, none of which took it. */
export class TriedChoices {
  private readonly places = new Set<string>();

  add(revision: string, location: string): void {
    this.places.add(`${revision} ${location}`);
  }

  has(revision: string, location: string): boolean {
    return this.places.has(`${revision} ${location}`);
  }
}

type Ports = ReadonlyMap<string, LocationPort>;

/** The first location of a target that is connected, can be reached as far as is known, and was not tried. */
function findReachable(target: RouteTarget, ports: Ports, tried: TriedChoices | null): Choice | null {
  for (const name of target.locations) {
    const port = ports.get(name);
    if (port === undefined || tried?.has(target.revision, name) || port.reachable === false) continue;
    return { revision: target.revision, port };
  }
  return null;
}

/** Another place for a request, among all that the route names: each is tried once. Null when there is none. */
export function chooseElsewhere(
  targets: readonly RouteTarget[],
  ports: Ports,
  first: RouteTarget | undefined,
  tried: TriedChoices | null,
): Choice | null {
  const choice = first === undefined ? null : findReachable(first, ports, tried);
  if (choice !== null) return choice;
  for (const target of targets) {
    if (target === first || target.weight === 0) continue;
    const other = findReachable(target, ports, tried);
    if (other !== null) return other;
  }
  return null;
}

/**
 * Picks the revision by weight and the first location that may serve it and can be reached; when it can be reached
 * nowhere, another revision that gets traffic too. When nothing can be reached, the first location that is connected:
 * the request is held there until it is back.
 */
export function choose(route: RouteEntry, ports: Ports, random: () => number): Choice | BeelineError {
  const target = chooseTarget(route.targets, random());
  if (target === undefined) return noLocation([]);
  const choice = chooseElsewhere(route.targets, ports, target, null);
  if (choice !== null) return choice;
  for (const name of target.locations) {
    const port = ports.get(name);
    if (port !== undefined) return { revision: target.revision, port };
  }
  return noLocation(target.locations);
}

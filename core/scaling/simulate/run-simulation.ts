import { createDemandBuckets } from '../demand-buckets.ts';
import { planInstances } from '../plan-instances.ts';
import type { ScalePolicy } from './policies/scale-policy.ts';
import { SimulatedFleet } from './simulated-fleet.ts';
import type { TraceRequest } from './trace.ts';

export interface SimulationOptions {
  readonly requests: readonly TraceRequest[];
  readonly policy: ScalePolicy;
  /** How long a replica takes to become ready. */
  readonly startMs: number;
  /** Requests at once that a replica accepts. */
  readonly concurrency: number;
}

/** One moment of a run, for charts. */
export interface SimulationSample {
  readonly atMs: number;
  /** Starting or ready; those that only finish what they have are not counted. */
  readonly replicas: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly waiting: number;
}

export interface SimulationResult {
  /** Of each request, in the order of arrival: how long it waited for a replica. */
  readonly waitsMs: readonly number[];
  /** Replicas that were started. */
  readonly starts: number;
  /** Requests that waited until a replica that was not ready when they came had started. */
  readonly coldStarts: number;
  /** Time of all replicas from the begin of their start to their end, until the last request has ended. */
  readonly replicaMs: number;
  readonly peakReplicas: number;
  /** One for each second from the beginning of the trace. */
  readonly samples: readonly SimulationSample[];
}

const sampleMs = 1_000;
const learnFrom = 3_600_000;

/** Replays a trace against a policy, event by event, on a clock of its own. */
export function runSimulation({
  requests,
  policy,
  startMs,
  concurrency,
}: SimulationOptions): SimulationResult {
  const fleet = new SimulatedFleet(concurrency, startMs);
  const demand = createDemandBuckets(learnFrom);
  const samples: SimulationSample[] = [];
  let next = 0;
  let nextTickMs = 0;
  let nextSampleMs = 0;

  function look(nowMs: number): void {
    const desired = policy.decide({ nowMs, demand, ...fleet.view(nowMs) });
    const plan = planInstances({ replicas: fleet.replicas, desired, backoffMs: 0 });
    for (const id of plan.revive) fleet.revive(id);
    for (let count = 0; count < plan.start; count += 1) fleet.start(nowMs);
    for (const { id } of plan.drain) fleet.drain(id, nowMs);
  }
  function arrive(nowMs: number, serviceMs: number): void {
    demand.arrived(nowMs);
    const waits = fleet.arrive(nowMs, serviceMs);
    if (waits && (policy.looksAtWaiting || fleet.view(nowMs).live === 0)) look(nowMs);
  }
  function sample(nowMs: number): void {
    const { live, ready, inFlight, waiting } = fleet.view(nowMs);
    samples.push({ atMs: nowMs, replicas: live, ready, inFlight, waiting });
    nextSampleMs += sampleMs;
  }

  fleet.addReady(policy.readyAtStart);
  while (next < requests.length || fleet.busy) {
    const request = requests[next];
    const arrivalMs = request?.atMs ?? Number.POSITIVE_INFINITY;
    const eventMs = fleet.nextEventMs;
    if (nextSampleMs <= Math.min(eventMs, arrivalMs, nextTickMs)) sample(nextSampleMs);
    else if (eventMs <= arrivalMs && eventMs <= nextTickMs) {
      const ended = fleet.advance(eventMs);
      if (ended !== null) demand.ended(eventMs, ended);
      else if (policy.looksAtWaiting) look(eventMs);
    } else if (request !== undefined && arrivalMs <= nextTickMs) {
      next += 1;
      arrive(arrivalMs, request.serviceMs);
    } else {
      look(nextTickMs);
      nextTickMs += policy.tickMs;
    }
  }
  return { ...fleet.account(), samples };
}

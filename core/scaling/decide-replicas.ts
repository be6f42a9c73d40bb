import { formatDuration } from '../base/index.ts';
import { chooseWarmTime, type WarmTime } from './choose-warm-time.ts';
import { estimateNeed } from './estimate-need.ts';
import type { ScaleMemory, ScalePicture, ScalePlan } from './scale-picture.ts';
import { isUsageMetric, wantForUsage } from './want-for-usage.ts';

/** Needing so many times the ready replicas is an emergency. */
const panicFactor = 2;
/** Within one step at most half of the replicas go. */
const stepMs = 2_000;
const shrinkFactor = 2;
/** Gateways hear one after the other that a revision retires. */
const stragglersMs = 2_000;

interface Want {
  readonly count: number;
  readonly reason: string;
}

/**
 * A revision that retires serves who still comes; when nobody has for a moment, it finishes what it has on replicas
 * that drain, within their limit. Then only who waits needs one that does not: those that are ready are full.
 */
function wantForRetiring(picture: ScalePicture): Want {
  const { demand, bounds, replicas } = picture;
  const { inFlight, waiting, quietMs } = demand;
  const { metric } = bounds;
  // How many requests are one replica's work is not known when its use is what counts.
  const share = (requests: number) =>
    Math.ceil(isUsageMetric(metric) ? Math.min(1, requests) : requests / bounds.target);
  if (quietMs !== null && quietMs < stragglersMs) {
    const used = isUsageMetric(metric) ? wantForUsage(picture, metric).count : 0;
    const count = Math.max(used, share(inFlight + waiting), Math.min(1, replicas.live));
    return { count, reason: `it retires; ${inFlight} in flight and ${waiting} waiting need ${count}` };
  }
  const count = waiting === 0 ? 0 : replicas.ready + share(waiting);
  return { count, reason: `it retires, nobody comes any more, and ${waiting} waiting need ${count}` };
}

/** What the requests need that are there and expected. */
function wantForRequests(picture: ScalePicture): Want {
  const { demand, bounds } = picture;
  const need = estimateNeed(picture);
  const busy = demand.inFlight + demand.waiting > 0;
  const needed = Math.max(need.now, need.forecast);
  // When nobody is there, less than a whole replica is a matter of retention.
  const count = busy ? Math.max(1, Math.ceil(needed / bounds.target)) : Math.floor(needed / bounds.target);
  const units = bounds.metric === 'rps' ? 'requests per second' : 'at once';
  const reason = `${demand.inFlight} in flight, ${demand.waiting} waiting and ${demand.panicPerSecond.toFixed(2)}/s arriving need ${count} at ${bounds.target} ${units}`;
  return { count, reason };
}

/** What is wanted for the demand alone. */
function wantForDemand(picture: ScalePicture): Want {
  const { bounds, replicas } = picture;
  const { metric } = bounds;
  const want = isUsageMetric(metric) ? wantForUsage(picture, metric) : wantForRequests(picture);
  if (want.count === 0 || replicas.live > 0 || want.count >= bounds.scaleUpMinimum) return want;
  return {
    count: bounds.scaleUpMinimum,
    reason: `${want.reason}; leaving zero takes ${bounds.scaleUpMinimum}`,
  };
}

/** Panic begins when twice what is ready is needed, and after a restart with several replicas. */
function nextPanic(picture: ScalePicture, wanted: number, holdMs: number): ScaleMemory['panic'] {
  const { nowMs, memory, replicas, bounds } = picture;
  if (memory === null && replicas.live > 1) {
    return { untilMs: nowMs + bounds.stableWindowMs, replicas: replicas.live };
  }
  const before = memory?.panic ?? null;
  const highest = Math.max(before?.replicas ?? 0, wanted);
  if (wanted >= panicFactor * Math.max(1, replicas.ready)) {
    return { untilMs: Math.max(before?.untilMs ?? 0, nowMs + holdMs), replicas: highest };
  }
  return before !== null && nowMs < before.untilMs ? { ...before, replicas: highest } : null;
}

function nextMemory(picture: ScalePicture, wanted: number, warm: WarmTime): ScaleMemory {
  const { nowMs, memory, bounds, replicas } = picture;
  const recent = (memory?.wanted ?? []).filter(
    (one) => nowMs - one.atMs < warm.extraMs && one.replicas > wanted,
  );
  const step = memory?.step;
  return {
    wanted: [...recent, { atMs: nowMs, replicas: wanted }],
    panic: nextPanic(picture, wanted, Math.min(bounds.stableWindowMs, warm.extraMs)),
    step: step !== undefined && nowMs - step.atMs < stepMs ? step : { atMs: nowMs, live: replicas.live },
  };
}

/** How many replicas a revision should have now, why, and what the next decision has to know. */
export function decideReplicas(picture: ScalePicture): ScalePlan {
  const { nowMs, bounds, demand, replicas, purpose, proof, learned } = picture;
  const warm = chooseWarmTime(bounds, learned.startMs, picture.fullness);
  const demanded = purpose === 'serve' ? wantForDemand(picture) : wantForRetiring(picture);
  const memory = nextMemory(picture, Math.min(demanded.count, bounds.maxReplicas), warm);
  if (proof === 'failed') {
    return { desired: 0, reasons: ['it did not become ready, so nothing is kept'], memory };
  }
  let desired = demanded.count;
  const reasons = [demanded.reason];
  const raise = (to: number, reason: string) => {
    if (to <= desired) return;
    desired = to;
    reasons.push(`${to}: ${reason}`);
  };
  if (purpose === 'serve') {
    // Rules that keep: they never start anything.
    const keep = (count: number, reason: string) => raise(Math.min(count, replicas.live), reason);
    keep(memory.wanted[0]?.replicas ?? 0, `wanted within the last ${formatDuration(warm.extraMs)}`);
    if (memory.panic !== null) {
      keep(memory.panic.replicas, `panic: nothing goes for ${formatDuration(memory.panic.untilMs - nowMs)}`);
    }
    if (demand.idleMs !== null && demand.idleMs < warm.lastMs) {
      keep(1, `the last replica is kept for ${formatDuration(warm.lastMs)} without requests`);
    }
    keep(Math.floor(memory.step.live / shrinkFactor), 'at most half goes in one step');
    raise(bounds.minReplicas, 'the minimum');
    if (proof === 'pending') raise(1, 'the revision has to prove that it gets ready');
  }
  const limit = Math.max(bounds.maxReplicas, bounds.minReplicas);
  if (desired > limit) {
    desired = limit;
    reasons.push(`${limit}: the maximum`);
  }
  return { desired, reasons, memory };
}

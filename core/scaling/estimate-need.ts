import type { ScalePicture } from './scale-picture.ts';

/** Assumed until a start was measured. */
export const assumedStartMs = 5_000;

/** Beyond the mean, in standard deviations of what arrives by chance. */
const spareDeviations = 1.85;
const drainPart = 1 / 6;
const shortestDrainMs = 500;
const longestDrainMs = 10_000;

/** In units of the target: requests at once, or requests per second. */
export interface Need {
  /** Of those who are there and those who come while a replica starts. */
  readonly now: number;
  /** What the stable window says will be needed when a replica that is started now becomes ready. */
  readonly forecast: number;
}

/** In what time a backlog should be worked off: long when starts are long, so that they cause no herd of replicas. */
export function drainTimeMs(startMs: number): number {
  return Math.min(longestDrainMs, Math.max(shortestDrainMs, startMs * drainPart));
}

/** Requests that will wait when the next replica gets ready, if they come as they did in the stable window. */
function backlogAtReady(picture: ScalePicture, startMs: number, serviceMs: number): number {
  const { demand, replicas, bounds } = picture;
  const horizonMs = Math.max(0, startMs - (replicas.startingForMs ?? 0));
  const capacityPerSecond =
    bounds.metric === 'rps'
      ? replicas.ready * bounds.target
      : (replicas.ready * bounds.target * 1_000) / serviceMs;
  const growth = Math.max(0, demand.stablePerSecond - capacityPerSecond) * (horizonMs / 1_000);
  return demand.waiting + growth;
}

/**
 * Requests at once that replicas have to take. Little's law gives it from arrivals and service time. The number in
 * flight says the same of long requests and sooner; of short ones it is noise. Those who wait need a slot each only
 * when they are long compared to the time for working them off.
 */
function concurrencyNeed(picture: ScalePicture, startMs: number): Need {
  const { demand, learned } = picture;
  const serviceMs = demand.serviceMs ?? learned.serviceMs;
  if (serviceMs === null) return { now: demand.inFlight + demand.waiting, forecast: 0 };
  const long = Math.min(1, serviceMs / drainTimeMs(startMs));
  const arriving = (demand.panicPerSecond * serviceMs) / 1_000;
  // Less than a millisecond is below what is measured.
  const measurableMs = Math.max(1, serviceMs);
  const backlog = backlogAtReady(picture, startMs, measurableMs);
  const mean = (demand.stablePerSecond * serviceMs) / 1_000;
  return {
    now: long * (demand.inFlight + backlog) + (1 - long) * arriving,
    forecast: (mean + spareDeviations * Math.sqrt(mean)) * Math.min(1, startMs / measurableMs),
  };
}

function rateNeed(picture: ScalePicture, startMs: number): Need {
  const { demand } = picture;
  const backlog = backlogAtReady(picture, startMs, 1);
  return {
    now: demand.panicPerSecond + (backlog * 1_000) / Math.max(1_000, drainTimeMs(startMs)),
    forecast: demand.stablePerSecond,
  };
}

/** What the demand of a picture needs. */
export function estimateNeed(picture: ScalePicture): Need {
  const startMs = picture.learned.startMs ?? assumedStartMs;
  return picture.bounds.metric === 'rps' ? rateNeed(picture, startMs) : concurrencyNeed(picture, startMs);
}

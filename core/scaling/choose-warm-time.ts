import type { ScalingConfig } from '../resources/index.ts';
import { assumedStartMs } from './estimate-need.ts';

/** How long replicas outlive their last use, in milliseconds. */
export interface WarmTime {
  /** Those beyond the last. */
  readonly extraMs: number;
  /** The last one. */
  readonly lastMs: number;
}

const extra = { starts: 1, minMs: 10_000, maxMs: 600_000 };
const last = { starts: 20, minMs: 15_000, maxMs: 1_800_000 };
/** From this fullness on, the room of idle replicas is needed by others. */
const tightFrom = 0.5;

const clamp = (value: number, { minMs, maxMs }: typeof extra) => Math.min(maxMs, Math.max(minMs, value));

/**
 * What is dear to start is kept for long, what is cheap for a short time, and everything for less when the location
 * is more than half full. What the user set is not changed.
 */
export function chooseWarmTime(bounds: ScalingConfig, startMs: number | null, fullness: number): WarmTime {
  const cost = startMs ?? assumedStartMs;
  const room = Math.min(1, Math.max(0, (1 - fullness) / (1 - tightFrom)));
  return {
    extraMs: bounds.scaleDownDelayMs ?? clamp(cost * extra.starts, extra) * room,
    lastMs: bounds.retentionMs ?? clamp(cost * last.starts, last) * room,
  };
}

/** What is known of a ready replica that did not answer when it was last asked. */
export interface LivenessMemory {
  /** Probes in a row that it left unanswered without working. */
  readonly unanswered: number;
  /** When it first left one unanswered since it last answered, in monotonic milliseconds. */
  readonly silentSince: number | null;
  /** Processor time that it had used at the last look, in milliseconds; null when it could not be read. */
  readonly cpu: { readonly atMs: number; readonly usedMs: number } | null;
}

export const answering: LivenessMemory = { unanswered: 0, silentSince: null, cpu: null };

/** A probe that nothing answered. */
export interface SilentLook {
  readonly nowMs: number;
  readonly inFlight: number;
  /** Processor time that it has used, in milliseconds; null when it cannot be read. */
  readonly cpuMs: number | null;
  /** Probes in a row that may stay unanswered. */
  readonly failures: number;
  /** How long a replica that works on requests may leave all unanswered, in milliseconds. */
  readonly busyMs: number;
}

/** Part of one processor that a server uses that does nothing, at most. */
const idleShare = 0.01;

/** A server with one thread answers nothing while it works on a request, and uses its processor. */
function works({ cpu }: LivenessMemory, { inFlight, cpuMs, nowMs }: SilentLook): boolean {
  if (inFlight === 0 || cpu === null || cpuMs === null) return false;
  return cpuMs - cpu.usedMs > idleShare * (nowMs - cpu.atMs);
}

/** Whether a replica that did not answer a probe is given up, and what the next look has to know. */
export function decideLiveness(
  before: LivenessMemory,
  look: SilentLook,
): { readonly memory: LivenessMemory; readonly silentMs: number; readonly gone: boolean } {
  const { nowMs, cpuMs, failures, busyMs } = look;
  const silentSince = before.silentSince ?? nowMs;
  const silentMs = nowMs - silentSince;
  const unanswered = works(before, look) ? 0 : before.unanswered + 1;
  const cpu = cpuMs === null ? null : { atMs: nowMs, usedMs: cpuMs };
  return {
    memory: { unanswered, silentSince, cpu },
    silentMs,
    gone: unanswered >= failures || silentMs >= busyMs,
  };
}

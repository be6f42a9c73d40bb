/** How times are shown: as an age, or as an instant in UTC. */
export interface TimeStyle {
  readonly utc: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `5m ago`, or `2025-01-31 17:05:09Z`; what is no time stays as it is. */
export function formatTime(time: string | number, style: TimeStyle): string {
  const ms = typeof time === 'number' ? time : Date.parse(time);
  if (!Number.isFinite(ms)) return String(time);
  if (style.utc) return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const age = style.nowMs - ms;
  const [unit, size] = units.find(([, unitMs]) => age >= unitMs) ?? ['s', 1_000];
  return age < 1_000 ? 'now' : `${Math.floor(age / size)}${unit} ago`;
}

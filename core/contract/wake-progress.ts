/** Where a request stands that is held for a replica. */
export interface WakeProgress {
  /**
   * `queued`: for a free slot, or for room to start a replica; `fetching`: its files; `starting`: its process;
   * `loading`: the model.
   */
  readonly phase: 'queued' | 'fetching' | 'starting' | 'loading';
  /** How long a start took when it was measured before, from its beginning, in milliseconds; null when unknown. */
  readonly startMs: number | null;
}

const phases: ReadonlySet<string> = new Set<WakeProgress['phase']>([
  'queued',
  'fetching',
  'starting',
  'loading',
]);

/** `phase;startMs`, for a header. */
export function formatProgress({ phase, startMs }: WakeProgress): string {
  return `${phase};${startMs === null ? '' : Math.round(startMs)}`;
}

/** Reads what `formatProgress` wrote; null when it is none. */
export function parseProgress(text: string): WakeProgress | null {
  const [phase = '', startMs = ''] = text.split(';');
  if (!phases.has(phase)) return null;
  return {
    phase: phase as WakeProgress['phase'],
    startMs: /^\d{1,9}$/.test(startMs) ? Number(startMs) : null,
  };
}

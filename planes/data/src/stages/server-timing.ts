const tenths = (value: number) => Math.round(value * 10) / 10;

/** `run` is the time from handing the request to the replica until the head of its answer. */
export function serverTiming(queueMs: number, startMs: number, loadMs: number, runMs: number): string {
  // Most requests waited for nothing.
  const waited =
    queueMs === 0 && startMs === 0 && loadMs === 0
      ? 'queue;dur=0, start;dur=0, load;dur=0'
      : `queue;dur=${tenths(queueMs)}, start;dur=${tenths(startMs)}, load;dur=${tenths(loadMs)}`;
  return `${waited}, run;dur=${tenths(runMs)}`;
}

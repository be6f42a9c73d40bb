/**
 * Work on files that is done in small parts: each `next` takes at most a few milliseconds, unless the file system itself
 * is slow. Parts are synchronous, so that none of them waits for a thread that other work of the process needs.
 * Ending the generator early closes what it has open.
 */
export type Steps<T> = Generator<void, T, void>;

/**
 * Does all parts, and lets the event loop do other work between them.
 * @throws what the work throws; the reason of the signal when that comes first.
 */
export async function runSteps<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    if (signal?.aborted) {
      steps.return(undefined as never);
      throw signal.reason;
    }
    const part = steps.next();
    if (part.done === true) return part.value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

import { BeelineError, formatByteSize } from '@beeline/core/base';
import type { CliIo } from '../cli-io.ts';

/** Becomes the signal's reason when it aborts; `end` takes the listener away. */
function untilAborted(signal: AbortSignal): { readonly aborted: Promise<never>; end(): void } {
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => {}); // nobody may be listening any more when it comes
  return { aborted, end: () => signal.removeEventListener('abort', stop) };
}

/**
 * Reads standard input to its end. Rejects with the signal's reason when the person stops it.
 * @throws BeelineError USAGE_ERROR when there is more than what is allowed.
 */
export async function readInput(io: CliIo, maxBytes: number): Promise<Buffer> {
  io.signal.throwIfAborted();
  const input = io.stdin[Symbol.asyncIterator]();
  const { aborted, end } = untilAborted(io.signal);
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for (;;) {
      const next = await Promise.race([input.next(), aborted]);
      if (next.done === true) return Buffer.concat(chunks);
      const chunk = Buffer.from(next.value as Uint8Array);
      chunks.push(chunk);
      total += chunk.length;
      if (total > maxBytes) {
        throw new BeelineError('USAGE_ERROR', {
          message: `standard input is too large: it must have at most ${formatByteSize(maxBytes)}`,
        });
      }
    }
  } finally {
    end();
  }
}

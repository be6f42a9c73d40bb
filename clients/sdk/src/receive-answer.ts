import { BeelineError, formatByteSize } from '@beeline/core/base';
import { failureReason } from './connection-failure.ts';

function cutOff(url: URL, bytes: number, thrown: unknown): BeelineError {
  const reason = failureReason(thrown);
  const how =
    reason === 'UND_ERR_BODY_TIMEOUT' ? 'nothing came for five minutes' : `the connection broke: ${reason}`;
  return new BeelineError('CONNECTION_FAILED', {
    message: `the answer was cut off: ${how}, after ${bytes} bytes from ${url.origin}; what came before is not the whole`,
    detail: String(thrown),
    cause: thrown,
  });
}

function tooLong(url: URL, maxBytes: number): BeelineError {
  return new BeelineError('CONNECTION_FAILED', {
    message: `${url.origin} answered with more than ${formatByteSize(maxBytes)}; check that the address is that of a platform`,
    retryable: false,
  });
}

/**
 * The same response with a body that says why it ends early: whoever reads it gets CONNECTION_FAILED when the
 * connection breaks in mid-answer or more comes than is allowed, and the signal's reason when it aborts.
 */
export function receiveAnswer(
  response: Response,
  url: URL,
  signal: AbortSignal | undefined,
  maxBytes = Number.POSITIVE_INFINITY,
): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        bytes += value.length;
        if (bytes <= maxBytes) return controller.enqueue(value);
        controller.error(tooLong(url, maxBytes));
        await reader.cancel();
      } catch (error) {
        controller.error(signal?.aborted === true ? signal.reason : cutOff(url, bytes, error));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { status, statusText, headers } = response;
  const received = new Response(body, { status, statusText, headers });
  return Object.defineProperty(received, 'url', { value: response.url });
}

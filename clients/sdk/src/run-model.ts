import { BeelineError, type Secret } from '@beeline/core/base';
import { connectionFailure } from './connection-failure.ts';
import { credentialHeaders, setQuery } from './open-connection.ts';
import { receiveAnswer } from './receive-answer.ts';

export interface RunOptions {
  readonly environment?: string | undefined;
  /** Below the model's endpoint, query allowed: `/v1/chat/completions`. */
  readonly path?: string | undefined;
  /** POST when absent. */
  readonly method?: string | undefined;
  /**
   * Win over the ones that are set here; `content-type` is JSON for a body unless it is given. Of a list every value is
   * sent.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Query parameters for the model; of a list every value is sent. */
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined;
  /** Forces a trace of this call. */
  readonly debug?: boolean;
  readonly signal?: AbortSignal;
}

export interface RunTarget {
  /** Address of the inference endpoint, without a path: `http://127.0.0.1:8787`. */
  readonly runUrl: string;
  readonly apiKey: Secret;
  readonly workspace: string;
}

/**
 * The URL of one call to a model.
 * @throws BeelineError REQUEST_INVALID when the path leaves the model's endpoint.
 */
export function runUrlOf(target: RunTarget, model: string, options: RunOptions): URL {
  const endpoint = `${target.runUrl.replace(/\/+$/, '')}/${encodeURIComponent(target.workspace)}/models/${encodeURIComponent(model)}`;
  const path = options.path ?? '';
  const url = new URL(path === '' || /^[/?]/.test(path) ? `${endpoint}${path}` : `${endpoint}/${path}`);
  const root = new URL(endpoint).pathname;
  if (url.pathname !== root && !url.pathname.startsWith(`${root}/`)) {
    throw new BeelineError('REQUEST_INVALID', {
      message: `the path ${JSON.stringify(path)} leaves the endpoint of the model; write it without ".."`,
    });
  }
  for (const [name, values] of Object.entries(options.params ?? {})) {
    for (const value of [values].flat()) url.searchParams.append(name, value);
  }
  setQuery(url, {
    environment: options.environment,
    debug: options.debug === true ? 'true' : undefined,
  });
  return url;
}

/**
 * Sends one request to a model and gives the response as soon as its headers are here, errors included: see
 * readRunError. Never repeated, no redirect is followed; its time is limited by the signal, and by five minutes
 * without a byte. Reading the body rejects with CONNECTION_FAILED when it is cut off.
 * @throws BeelineError CONNECTION_FAILED, REQUEST_INVALID; the signal's reason when it aborts.
 */
export async function runModel(
  target: RunTarget,
  model: string,
  options: RunOptions = {},
): Promise<Response> {
  const url = runUrlOf(target, model, options);
  try {
    const headers = new Headers(credentialHeaders(target));
    if (options.body !== undefined) headers.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      headers.delete(name);
      for (const one of [value].flat()) headers.append(name, one);
    }
    const response = await fetch(url, {
      method: options.method ?? 'POST',
      // A model's own answer: following it would send the body elsewhere, or turn a POST into a GET.
      redirect: 'manual',
      headers,
      ...(options.body === undefined ? {} : { body: options.body, duplex: 'half' as const }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return receiveAnswer(response, url, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof BeelineError) throw error;
    // A failure of the network has a cause; without one the request itself could not be formed.
    if (error instanceof TypeError && error.cause === undefined) {
      throw new BeelineError('REQUEST_INVALID', {
        message: `the request cannot be sent: ${error.message}`,
        cause: error,
      });
    }
    throw connectionFailure(url, error);
  }
}

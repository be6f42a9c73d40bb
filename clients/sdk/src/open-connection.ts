import { BeelineError, type Clock, cutText, formatDuration, type Secret } from '@beeline/core/base';
import { connectionFailure } from './connection-failure.ts';
import { readApiError } from './read-error-response.ts';
import { receiveAnswer } from './receive-answer.ts';
import { retrySafeCall } from './retry-safe-call.ts';

export interface ConnectionOptions {
  /** Address of the control API with its version: `http://127.0.0.1:8787/v0`. */
  readonly apiUrl: string;
  readonly apiKey: Secret;
  readonly workspace: string;
  /** Longest time for one call, body included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's address: `/models/x`. */
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: AnswerShape;
  readonly signal?: AbortSignal | undefined;
}

/** The control API as one function. */
export interface Connection {
  /**
   * The JSON answer. Calls that change nothing are repeated when that may help.
   * @throws BeelineError the platform's own error, CONNECTION_FAILED or REQUEST_TIMEOUT; the signal's reason when
   * it aborts.
   */
  call<T>(call: ApiCall): Promise<T>;
}

/** Headers by which a request says who sends it. */
export function credentialHeaders(options: { readonly apiKey: Secret; readonly workspace: string }) {
  // What a header cannot carry would be refused further down, in words that show the key.
  for (const [what, value] of [
    ['the API key', options.apiKey.reveal()],
    ['the name of the workspace', options.workspace],
  ] as const) {
    if (/^[\x21-\x7e]+$/.test(value)) continue;
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: `${what} is empty or has a blank, a line end or a character outside of ASCII; set it again`,
    });
  }
  return {
    authorization: `Bearer ${options.apiKey.reveal()}`,
    'x-beeline-workspace': options.workspace,
    'user-agent': 'beeline-sdk',
  };
}

/** Writes what is defined into the query of a URL. */
export function setQuery(url: URL, query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
}

/** What an answer is made of: a `page` is a part of a list with its `meta`, `nothing` is not looked at. */
export type AnswerShape = 'object' | 'list' | 'page' | 'nothing';

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown) => Array.isArray(value) && value.every(isObject);

function isPage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'data' in value && isList(value.data) && 'meta' in value && isObject(value.meta);
}

function hasShape(value: unknown, shape: AnswerShape): boolean {
  if (shape === 'nothing') return true;
  if (shape === 'page') return isPage(value);
  return shape === 'list' ? isList(value) : isObject(value);
}

function redirected(response: Response, url: URL): BeelineError {
  const to = response.headers.get('location') ?? 'nowhere';
  return new BeelineError('CONNECTION_FAILED', {
    message: `${url.origin} answered ${response.status} and points to ${to}; set the address to where the platform is`,
    retryable: false,
  });
}

async function readJson(response: Response, url: URL): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BeelineError('CONNECTION_FAILED', {
      message: `${url.origin} answered with something that is not JSON; check that the address is that of a platform`,
      retryable: false,
      detail: cutText(text, 2_000),
      cause: error,
    });
  }
}

/** An answer is held in memory; no list of a platform is that long. */
const mostAnswerBytes = 256 * 1024 ** 2;

export function openConnection(options: ConnectionOptions): Connection {
  const base = options.apiUrl.replace(/\/+$/, '');

  async function callOnce(call: ApiCall): Promise<unknown> {
    const url = new URL(`${base}${call.path}`);
    setQuery(url, call.query ?? {});
    const limit = new AbortController();
    const cancel = options.clock.setTimer(options.timeoutMs, () => limit.abort());
    try {
      const signal = call.signal === undefined ? limit.signal : AbortSignal.any([limit.signal, call.signal]);
      const answer = await fetch(url, {
        method: call.method,
        redirect: 'manual',
        headers: {
          ...credentialHeaders(options),
          accept: 'application/json',
          ...call.headers,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal,
      });
      const response = receiveAnswer(answer, url, signal, mostAnswerBytes);
      if (response.status >= 300 && response.status < 400) throw redirected(response, url);
      if (!response.ok) throw await readApiError(response);
      const value = await readJson(response, url);
      if (hasShape(value, call.answer)) return value;
      throw new BeelineError('CONNECTION_FAILED', {
        message: `${url.origin} answered ${call.method} ${call.path} with JSON that is not a platform's; check the address`,
        retryable: false,
      });
    } catch (error) {
      if (error instanceof BeelineError) throw error;
      call.signal?.throwIfAborted();
      if (!limit.signal.aborted) throw connectionFailure(url, error);
      throw new BeelineError('REQUEST_TIMEOUT', {
        message: `${url.origin} did not answer ${call.method} ${call.path} within ${formatDuration(options.timeoutMs)}; try again`,
        cause: error,
      });
    } finally {
      cancel();
    }
  }

  return {
    // What is inside of the answer is the contract with the platform; it is not checked again here.
    call: async <T>(call: ApiCall) =>
      (call.method === 'GET'
        ? await retrySafeCall(options.clock, call.signal, () => callOnce(call))
        : await callOnce(call)) as T,
  };
}

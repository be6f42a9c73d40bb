import type { IncomingMessage, ServerResponse } from 'node:http';
import { EngineError } from '../engine/engine-error.ts';
import { readJsonBody } from './read-json-body.ts';

/** Tokens that a piece of work read and wrote. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** One request and the ways to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  /** Fires when the caller leaves or the work takes too long. */
  readonly signal: AbortSignal;
  readJson(): Promise<unknown>;
  /** Answers with JSON; `usage` goes into the metering headers. */
  json(status: number, body: unknown, usage?: Usage): void;
  text(status: number, contentType: string, body: string): void;
  /** Opens a stream of server-sent events. */
  events(): EventStream;
}

/** Server-sent events, each flushed at once. */
export interface EventStream {
  send(data: object): void;
  /** Ends with `[DONE]`; the usage goes into trailers. */
  done(usage: Usage): void;
  /** Ends with an error event instead. */
  fail(error: EngineError): void;
}

const usageHeaders = {
  prompt: 'x-usage-prompt-tokens',
  completion: 'x-usage-completion-tokens',
} as const;

/** Wraps a request and its response. `signal` fires with an EngineError as its reason. */
export function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  limits: { maxBodyBytes: number; workTimeoutMs: number },
): Exchange & { close(): void } {
  const controller = new AbortController();
  const late = new EngineError('MODEL_TIMEOUT', `the work took longer than ${limits.workTimeoutMs} ms`);
  const timer = setTimeout(() => controller.abort(late), limits.workTimeoutMs);
  response.on('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) controller.abort(new EngineError('CLIENT_GONE', 'the caller left'));
  });

  function send(status: number, headers: Record<string, string | number>, body: string): void {
    if (response.headersSent || response.destroyed) return;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }

  return {
    request,
    signal: controller.signal,
    readJson: () => readJsonBody(request, limits.maxBodyBytes),
    json(status, body, usage) {
      const metering: Record<string, number> =
        usage === undefined
          ? {}
          : { [usageHeaders.prompt]: usage.promptTokens, [usageHeaders.completion]: usage.completionTokens };
      send(status, { 'content-type': 'application/json', ...metering }, JSON.stringify(body));
    },
    text: (status, contentType, body) => send(status, { 'content-type': contentType }, body),
    events() {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        trailer: `${usageHeaders.prompt}, ${usageHeaders.completion}`,
      });
      response.flushHeaders();
      const write = (data: string): void => {
        response.write(`data: ${data}\n\n`);
      };
      return {
        send: (data) => write(JSON.stringify(data)),
        done(usage) {
          write('[DONE]');
          response.addTrailers({
            [usageHeaders.prompt]: `${usage.promptTokens}`,
            [usageHeaders.completion]: `${usage.completionTokens}`,
          });
          response.end();
        },
        fail(error) {
          if (response.destroyed) return;
          write(JSON.stringify(error.toBody()));
          response.end();
        },
      };
    },
    close: () => clearTimeout(timer),
  };
}

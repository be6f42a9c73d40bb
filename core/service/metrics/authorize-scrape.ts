import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BeelineError, httpStatusOf, type Secret } from '../../base/index.ts';
import { apiErrorBody } from '../../contract/index.ts';
import { sendJson } from '../send-json.ts';
import { expositionType } from './create-metrics.ts';

/** Who asks for metrics, as far as it matters. */
export interface ScrapeCaller {
  readonly remoteAddress: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Who may see metrics, which name every workspace and model. */
export interface ScrapePolicy {
  /** When there is one, only its bearer may. */
  readonly token: Secret | null;
  /** Without a token: whether callers on this machine may. Not behind a proxy, whose callers all look like this. */
  readonly trustLoopback: boolean;
}

const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;
/** A page in a browser reaches this machine under a name of its choice, not under these. */
const localHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const digest = (text: string) => createHash('sha256').update(text).digest();

/** Why the caller may not see metrics, or null when it may. */
export function authorizeScrape(caller: ScrapeCaller, policy: ScrapePolicy): BeelineError | null {
  const { headers, remoteAddress } = caller;
  if (policy.token !== null) {
    const sent = /^bearer (.+)$/i.exec(String(headers.authorization ?? ''))?.[1];
    if (sent !== undefined && timingSafeEqual(digest(sent), digest(policy.token.reveal()))) return null;
    return new BeelineError(sent === undefined ? 'AUTHENTICATION_REQUIRED' : 'AUTHENTICATION_FAILED', {
      message: 'metrics need the token that BL_METRICS_TOKEN sets: send "Authorization: Bearer <token>"',
    });
  }
  const direct = proxyHeaders.every((name) => headers[name] === undefined);
  const local = loopback.test(remoteAddress ?? '') && localHost.test(String(headers.host ?? ''));
  if (policy.trustLoopback && local && direct) return null;
  return new BeelineError('FORBIDDEN', {
    message:
      'these metrics are only for callers with a token: set BL_METRICS_TOKEN, then send "Authorization: Bearer <token>"',
  });
}

/** What `/metrics` tells, in Prometheus' text format. */
export interface Exposition {
  render(): string | Promise<string>;
}

/** Answers a request for `/metrics`. */
export function answerScrape(
  request: IncomingMessage,
  response: ServerResponse,
  exposition: Exposition,
  policy: ScrapePolicy,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-length': '0' }).end();
    return;
  }
  const { remoteAddress } = request.socket;
  const refused = authorizeScrape({ remoteAddress, headers: request.headers }, policy);
  if (refused !== null) {
    sendJson(response, httpStatusOf(refused.kind), apiErrorBody(refused));
    return;
  }
  const answer = (text: string) => {
    response.writeHead(200, {
      'content-type': expositionType,
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  const told = exposition.render();
  if (typeof told === 'string') answer(told);
  else void told.then(answer);
}

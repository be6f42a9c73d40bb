import type { RequestListener } from 'node:http';
import { type ForeignServer, foreignServer } from '@beeline/core/relay';
import { sendJson } from '@beeline/core/service';

/** Who answers, on the one port of an embedded platform, what is no inference request. */
export interface Dispatch {
  readonly control: RequestListener;
  readonly metrics: RequestListener;
  /** The gateway takes requests: only then may the platform call itself ready. */
  ready(): boolean;
  /** There is no gateway yet: control answers everything. */
  readonly starting: boolean;
}

/** First parts of a path that belong to control; no workspace can be called so. */
const controlPrefixes: ReadonlySet<string> = new Set(['', 'v0', 'internal', 'healthz', 'readyz']);

/** The part between the first slash and the next one, the query or the end. */
function firstPart(url: string): string {
  let end = 1;
  while (end < url.length && url[end] !== '/' && url[end] !== '?') end += 1;
  return url.slice(1, end);
}

/** Whether a request is for the control API rather than for a model. */
export function isControlPath(url: string): boolean {
  return controlPrefixes.has(firstPart(url));
}

/** Whether a request is for the metrics of the whole process; below this path a workspace may live. */
export function isMetricsPath(url: string): boolean {
  return url === '/metrics' || url.startsWith('/metrics?');
}

/** Whether a request asks if inference is served, `/readyz/` too; control, which is behind it, only knows of itself. */
export function isReadyPath(url: string): boolean {
  return firstPart(url) === 'readyz';
}

/** The server beside the gateway. */
export function besideGateway(dispatch: Dispatch): ForeignServer {
  return foreignServer(
    ({ target }) => dispatch.starting || isControlPath(target) || isMetricsPath(target),
    (request, response) => {
      const url = request.url ?? '/';
      if (isMetricsPath(url)) dispatch.metrics(request, response);
      else if (isReadyPath(url) && !dispatch.ready()) {
        sendJson(response, 503, { status: dispatch.starting ? 'starting' : 'stopping' });
      } else dispatch.control(request, response);
    },
  );
}

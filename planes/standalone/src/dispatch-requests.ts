import type { RequestListener } from 'node:http';
import { type ForeignServer, foreignServer } from '@beeline/core/relay';

/** Who answers, on the one port of an embedded platform, what is no inference request. */
export interface Dispatch {
  readonly control: RequestListener;
  readonly metrics: RequestListener;
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

/** The server beside the gateway. */
export function besideGateway(dispatch: Dispatch): ForeignServer {
  return foreignServer(
    ({ target }) => dispatch.starting || isControlPath(target) || isMetricsPath(target),
    (request, response) => {
      if (isMetricsPath(request.url ?? '/')) dispatch.metrics(request, response);
      else dispatch.control(request, response);
    },
  );
}

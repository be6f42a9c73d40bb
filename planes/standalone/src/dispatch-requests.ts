import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type InferenceListener = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue?: boolean,
) => void;
type UpgradeListener = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** Who answers what on the one port of an embedded platform. */
export interface Dispatch {
  readonly control: RequestListener;
  readonly metrics: RequestListener;
  readonly inference: InferenceListener;
  readonly inferenceUpgrade: UpgradeListener;
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

/** One HTTP server in front of control and gateway. */
export function createDispatchServer(dispatch: Dispatch, options: ServerOptions): Server {
  const server = createServer(options, (request, response) => {
    const url = request.url ?? '/';
    if (isControlPath(url)) dispatch.control(request, response);
    else if (isMetricsPath(url)) dispatch.metrics(request, response);
    else dispatch.inference(request, response);
  });
  server.on('checkContinue', (request, response) => {
    if (!isControlPath(request.url ?? '/')) {
      dispatch.inference(request, response, true);
      return;
    }
    response.writeContinue();
    dispatch.control(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    dispatch.inferenceUpgrade(request, socket as Socket, head);
  });
  return server;
}

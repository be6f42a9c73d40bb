import type { HeaderLookup } from './credentials.ts';
import type { LeaseWait } from './location-port.ts';

/**
 * What a gateway and the ingress of a location in another process tell each other, in headers (all lowercase). None
 * of them is believed from a caller or a model, and none reaches one.
 */
export const ingressHeaders = {
  /** To the ingress: the internal token, which proves that a gateway speaks. */
  token: 'x-beeline-internal-token',
  /** To the ingress: the revision that is to answer. */
  revision: 'x-beeline-revision',
  /** To the ingress: id of the execution. */
  execution: 'x-beeline-execution',
  /** From the ingress: the replica that answered. */
  replica: 'x-beeline-replica',
  /** From the ingress: how long the request was held there, see `formatWait`. */
  wait: 'x-beeline-wait',
  /** From the ingress, with the code of its error: no replica had the request; it may be sent again. */
  undelivered: 'x-beeline-undelivered',
  /** To the ingress: `events` when the caller wants to hear how its replica wakes; from it, in a 102: how it does. */
  progress: 'x-beeline-progress',
} as const;

/** Names that only gateway and ingress may give each other: taken off what callers and models say. */
export const ingressHeaderNames: readonly string[] = Object.values(ingressHeaders);

/** A GET of this path without a revision asks an ingress whether it takes requests: 200 or 503. */
export const ingressReadyPath = '/readyz';

/** `queue;start;load`, in milliseconds. */
export function formatWait(wait: LeaseWait): string {
  return [wait.queueMs, wait.startMs, wait.loadMs].map((ms) => Math.round(ms * 10) / 10).join(';');
}

function parseWait(text: string): LeaseWait {
  const [queueMs = 0, startMs = 0, loadMs = 0] = text
    .split(';')
    .map((part) => (/^\d{1,9}(\.\d+)?$/.test(part) ? Number(part) : 0));
  return { queueMs, startMs, loadMs };
}

/** What the head of an ingress's answer says of the way there. */
export interface IngressReport {
  readonly replica: string | null;
  readonly wait: LeaseWait;
  /** Code of the location's own error; null when a model answered. */
  readonly errorCode: string | null;
}

/** The text when it is a plain name: it goes into records, whoever wrote the header. */
const plainName = (text: string | undefined) =>
  text !== undefined && /^[\w.-]{1,100}$/.test(text) ? text : null;

/** What an ingress's answer says in its own headers; what is not as it should be counts as absent. */
export function readIngressReport(header: HeaderLookup): IngressReport {
  return {
    replica: plainName(header(ingressHeaders.replica)),
    wait: parseWait(header(ingressHeaders.wait) ?? ''),
    errorCode: plainName(header('x-beeline-error-code')),
  };
}

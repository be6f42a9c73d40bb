import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import type { ErrorOrigin, LeaseOutcome } from '@beeline/core/contract';
import { leaseOutcomes, type RelayOutcome } from '@beeline/core/relay';
import type { GatewayConfig } from '../config.ts';
import { errorOfOutcome } from '../errors.ts';
import type { Answer } from './meter.ts';

/** How a request was answered, without where and how long. */
export type Ending = Pick<
  Answer,
  'status' | 'source' | 'errorCode' | 'aborted' | 'requestBytes' | 'responseBytes'
>;

/** What is known when an exchange has ended for good. */
export interface EndPicture {
  readonly outcome: RelayOutcome;
  /** Why the gateway took the request no further; null when it did not. */
  readonly givenUp: BeelineError | null;
  /** Why the location took the slot back; null when it did not. */
  readonly cutError: BeelineError | null;
  /** Code of the error that a remote location answered with. */
  readonly locationError: string | null;
  /** Name of the location when it is in another process. */
  readonly remote: string | null;
  readonly config: Pick<GatewayConfig, 'maxRequestBody' | 'firstByteTimeout' | 'idleTimeout'>;
}

/** What the caller is to be told, by whom, and what goes into the record. */
export interface EndVerdict {
  /** Null when there is nothing to tell. */
  readonly error: BeelineError | null;
  readonly component: ErrorOrigin;
  readonly ending: Ending;
}

/** Says who ended an exchange, and why. */
export function judgeEnd(picture: EndPicture): EndVerdict {
  const { outcome, locationError } = picture;
  const broken = outcome.ended === 'upstream-broken';
  const cutByUs = broken ? picture.givenUp : null;
  const cutThere = broken && cutByUs === null ? picture.cutError : null;
  const error = cutByUs ?? cutThere ?? errorOfOutcome(outcome, picture.config, picture.remote);
  const component = cutThere === null ? 'gateway' : 'location';
  const ending: Ending = {
    status: outcome.headSent ? outcome.status : error === null ? 0 : httpStatusOf(error.kind),
    source: locationError !== null ? 'location' : outcome.headSent ? 'model' : component,
    errorCode: error?.code ?? locationError,
    aborted: outcome.ended === 'client-aborted' || (error !== null && outcome.headSent),
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
  };
  return { error, component, ending };
}

/** The caller left before anything was sent. */
export const leftUnanswered: Ending = {
  status: 0,
  source: 'gateway',
  errorCode: null,
  aborted: true,
  requestBytes: 0,
  responseBytes: 0,
};

/** Nobody had the request, and the caller was told why. */
export function refusedUnserved(error: BeelineError, source: ErrorOrigin): Ending {
  const status = httpStatusOf(error.kind);
  return { ...leftUnanswered, status, source, errorCode: error.code, aborted: false };
}

/** What a location says that gives a request back and can be reached as before. */
const staysThere: ReadonlySet<string> = new Set([
  'REVISION_NOT_HERE',
  'NO_CAPACITY',
  'QUEUE_FULL',
  'REPLICA_FAILED_TO_START',
]);

/** What the end of an exchange says to the location; `declinedAs`: the code with which it gave the request back. */
export function judgeLease(
  { ended }: Pick<RelayOutcome, 'ended'>,
  declinedAs: string | null,
  givenUp: boolean,
): LeaseOutcome {
  const cutByUs = givenUp && ended === 'upstream-broken';
  const isThere = ended === 'upstream-unreachable' && declinedAs !== null && staysThere.has(declinedAs);
  return cutByUs || isThere ? 'aborted' : leaseOutcomes[ended];
}

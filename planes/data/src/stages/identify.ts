import type { BeelineError } from '@beeline/core/base';
import type { RequestHead } from '@beeline/core/relay';
import { defaultEnvironment } from '@beeline/core/resources';
import { badEnvironment, routeNotFound } from '../errors.ts';
import { takeOwnParameters } from './take-own-parameters.ts';

/** What the path and the headers of a request name. */
export interface ModelPath {
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  /** What the model server gets: sub-path and query, byte for byte, without our own parameters. */
  readonly upstreamPath: string;
}

type IdentifiedHead = Pick<RequestHead, 'target' | 'header'>;

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,47}[a-z0-9])?$/;
const environmentHeaders = ['x-beeline-environment', 'x-blaxel-environment', 'x-beamlit-environment'];

function environmentOfHeaders(head: IdentifiedHead): string | undefined {
  for (const name of environmentHeaders) {
    const value = head.header(name);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/**
 * Reads `/{workspace}/models/{model}[/sub/path]?environment=`. The path is routed by its raw bytes and sent on by
 * its raw bytes, so an encoding or a dot segment can never mean one thing here and another there.
 */
export function identify(head: IdentifiedHead): ModelPath | BeelineError {
  const url = head.target;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const first = path.indexOf('/', 1);
  const second = first === -1 ? -1 : path.indexOf('/', first + 1);
  if (path.charCodeAt(0) !== 47 || second === -1 || path.slice(first, second) !== '/models') {
    return routeNotFound(path);
  }
  const third = path.indexOf('/', second + 1);
  const workspace = path.slice(1, first);
  const model = third === -1 ? path.slice(second + 1) : path.slice(second + 1, third);
  if (!namePattern.test(workspace) || !namePattern.test(model)) return routeNotFound(path);

  const own = takeOwnParameters(mark === -1 ? '' : url.slice(mark + 1));
  const environment = own.environment ?? environmentOfHeaders(head) ?? defaultEnvironment;
  if (!namePattern.test(environment)) return badEnvironment(environment);
  const subPath = third === -1 ? '/' : path.slice(third);
  return {
    workspace,
    model,
    environment,
    upstreamPath: own.rest === '' ? subPath : `${subPath}?${own.rest}`,
  };
}

import { credentialHeaderNames, ingressHeaderNames } from '@beeline/core/contract';
import { HeaderSet } from '@beeline/core/relay';
import { forwardedHeaderNames } from './forwarded-headers.ts';

/** Stay at the gateway: credentials, choices that were made here, and names that only we may give. */
export const droppedHeaders = new HeaderSet([
  ...credentialHeaderNames,
  ...forwardedHeaderNames,
  'x-beeline-environment',
  'x-blaxel-environment',
  'x-beamlit-environment',
  ...ingressHeaderNames,
  'x-request-id',
]);

/** Ours to give, whoever answers. */
const ownResponseHeaders = ['x-beeline-execution', 'x-request-id', 'server-timing'];
/** A location may speak in the platform's name; its ingress sees to it that no model does. */
export const hiddenFromIngress = new HeaderSet([...ingressHeaderNames, ...ownResponseHeaders]);
/** A model cannot speak in the platform's name. */
export const hiddenHeaders = new HeaderSet([
  ...ingressHeaderNames,
  ...ownResponseHeaders,
  'x-beeline-source',
  'x-beeline-error-code',
  'x-blaxel-source',
  'x-blaxel-error-code',
]);

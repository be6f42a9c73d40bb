import type { ErrorKind } from '@beeline/core/base';

/** How `bl` ends, for scripts. */
export const exitCodes = {
  success: { code: 0, meaning: 'Everything that was asked for is done.' },
  failure: { code: 1, meaning: 'The platform, a deployment or the model itself failed.' },
  usage: { code: 2, meaning: 'The command line, the configuration, a manifest or the request is wrong.' },
  notFound: { code: 3, meaning: 'Something that was named does not exist, or cannot be served now.' },
  credentials: { code: 4, meaning: 'The API key is missing, unknown, expired, or does not give this right.' },
  conflict: { code: 5, meaning: 'The object is taken, in use, protected, or changed since it was read.' },
  unavailable: { code: 6, meaning: 'The platform does not answer, is full, or the time was over.' },
  interrupted: { code: 130, meaning: 'Stopped by Ctrl-C.' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

const byKind: Readonly<Record<ErrorKind, keyof typeof exitCodes>> = {
  invalid: 'usage',
  too_large: 'usage',
  unauthenticated: 'credentials',
  forbidden: 'credentials',
  not_found: 'notFound',
  conflict: 'conflict',
  precondition: 'conflict',
  exhausted: 'unavailable',
  unavailable: 'unavailable',
  timeout: 'unavailable',
  internal: 'failure',
};

/** The exit code for an error of this kind. */
export const exitCodeOf = (kind: ErrorKind): number => exitCodes[byKind[kind]].code;

/** The closed set of error kinds. A kind decides the HTTP status and the exit code of the command line. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition'
  | 'exhausted'
  | 'too_large'
  | 'unavailable'
  | 'timeout'
  | 'internal';

interface ErrorCodeEntry {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  /** What it means, for the reference page. */
  readonly meaning: string;
  /** What the caller does next. */
  readonly action: string;
}

const entry = (kind: ErrorKind, retryable: boolean, meaning: string, action: string): ErrorCodeEntry => ({
  kind,
  retryable,
  meaning,
  action,
});

/**
 * Every error code of the platform, in one table: `docs/reference/errors.md` is generated from it.
 * Codes of the inference path keep the names that public clients already know.
 */
export const errorCodes = {
  // The control API
  INVALID_INPUT: entry(
    'invalid',
    false,
    'A field of the request breaks a rule.',
    'Correct the fields that are named.',
  ),
  INVALID_API_VERSION: entry(
    'invalid',
    false,
    'The version header names no version of this API.',
    'Send a version that is listed, or none.',
  ),
  INVALID_CONFIGURATION: entry(
    'invalid',
    false,
    'A setting of a process is unknown or has a bad value.',
    'Correct the setting that is named.',
  ),
  RESOURCE_NOT_FOUND: entry(
    'not_found',
    false,
    'Nothing of that kind has that name.',
    'Check the name, the environment and the workspace.',
  ),
  RESOURCE_CONFLICT: entry(
    'conflict',
    false,
    'The name is taken, or the object changed since it was read.',
    'Read the object again, or choose another name.',
  ),
  PRECONDITION_FAILED: entry(
    'precondition',
    false,
    'What `If-Match` or `If-None-Match` asks for does not hold.',
    'Read the object again and decide anew, or leave out the header.',
  ),
  RESOURCE_IN_USE: entry(
    'conflict',
    false,
    'Something still refers to the object.',
    'Detach it from the users that are listed first.',
  ),
  RESOURCE_PROTECTED: entry(
    'conflict',
    false,
    'The object belongs to the platform, or nobody could manage the workspace without it.',
    'Leave it in place, or make another one first where the message says so.',
  ),
  SECRET_UNREADABLE: entry(
    'unavailable',
    false,
    'A stored secret value cannot be opened: its key is missing, or it is damaged.',
    'Give back the key that is named, or apply the manifest again with the value.',
  ),
  SECRETS_KEY_MISSING: entry(
    'unavailable',
    true,
    'The platform has no key to seal secret values with.',
    'Put the key back that the message names, or make a new one.',
  ),
  POLICY_VIOLATION: entry(
    'invalid',
    false,
    'Policies allow nothing that the deployment could use.',
    'Change one of the policies that are named.',
  ),
  // Credentials, on both planes
  AUTHENTICATION_REQUIRED: entry(
    'unauthenticated',
    false,
    'The request has no credential.',
    'Send an API key in the Authorization header.',
  ),
  AUTHENTICATION_FAILED: entry(
    'unauthenticated',
    false,
    'The credential is unknown, revoked or expired.',
    'Create a new API key.',
  ),
  FORBIDDEN: entry(
    'forbidden',
    false,
    'The credential does not give this right.',
    'Use a key of that workspace, or ask an admin.',
  ),
  // The inference path
  WORKSPACE_NOT_FOUND: entry('not_found', false, 'No such workspace.', 'Check the first part of the path.'),
  WORKLOAD_NOT_FOUND: entry(
    'not_found',
    false,
    'The model does not exist, or is not deployed in that environment.',
    'Check the name and the environment.',
  ),
  WORKLOAD_UNAVAILABLE: entry(
    'not_found',
    true,
    'The deployment exists and cannot be served now.',
    'See its status and events.',
  ),
  ROUTE_NOT_FOUND: entry('not_found', false, 'The path leads nowhere.', 'Use /{workspace}/models/{model}.'),
  REQUEST_INVALID: entry(
    'invalid',
    false,
    'The request is not well-formed for this endpoint.',
    'Correct the request.',
  ),
  CODING_UNSUPPORTED: entry(
    'invalid',
    false,
    'The body has a content coding that is not read here.',
    'Send the body without Content-Encoding.',
  ),
  LOOP_DETECTED: entry(
    'invalid',
    false,
    'The request came through this gateway again and again.',
    'Find the model or proxy that sends requests back here.',
  ),
  REQUEST_ENTITY_TOO_LARGE: entry('too_large', false, 'The body is over the limit.', 'Send a smaller body.'),
  RATE_LIMITED: entry(
    'exhausted',
    true,
    'Too many requests of this caller at once.',
    'Try again after the time in Retry-After.',
  ),
  QUEUE_FULL: entry(
    'exhausted',
    true,
    'Too many requests already wait for this deployment.',
    'Try again after the time in Retry-After.',
  ),
  NO_CAPACITY: entry(
    'unavailable',
    true,
    'No location can take the request now.',
    'Try again after the time in Retry-After.',
  ),
  REPLICA_TIMEOUT: entry(
    'timeout',
    true,
    'No replica became ready within the deadline.',
    'Try again, or raise the deadline.',
  ),
  REVISION_NOT_HERE: entry(
    'unavailable',
    true,
    'The location does not serve the revision that the request was routed to: not yet, or no longer.',
    'Try again after the time in Retry-After.',
  ),
  REPLICA_FAILED_TO_START: entry(
    'unavailable',
    true,
    'The model server did not start.',
    'See the logs of the model.',
  ),
  REPLICA_LOST: entry(
    'unavailable',
    true,
    'The replica went away while it worked on the request.',
    'Try again if the request may run twice.',
  ),
  FIRST_BYTE_TIMEOUT: entry(
    'timeout',
    true,
    'The model server did not begin to answer in time.',
    'Send a smaller request, or raise the limit.',
  ),
  IDLE_TIMEOUT: entry('timeout', true, 'The exchange stood still for too long.', 'Try again.'),
  DRAIN_TIMEOUT: entry(
    'timeout',
    true,
    'The request was still running when the time for its replica to drain was over.',
    'Raise spec.serverlessConfig.drainTimeout; send it again if it may run twice.',
  ),
  SHUTTING_DOWN: entry('unavailable', true, 'This process is stopping.', 'Try again.'),
  // Making a deployment ready
  MODEL_MISSING: entry(
    'invalid',
    false,
    'The origin does not exist or is empty.',
    'Correct spec.runtime.model.',
  ),
  ORIGIN_REFUSED: entry(
    'forbidden',
    false,
    'Models may not come from that directory.',
    'Put the model below one of originRoots, or ask whoever runs the platform to apply it.',
  ),
  MODEL_INVALID: entry(
    'invalid',
    false,
    'The files of the model cannot be served.',
    'See the message; correct the files.',
  ),
  MODEL_CHANGED: entry(
    'invalid',
    false,
    'The files of a revision are no longer those it was made from.',
    'Deploy again to make a new revision.',
  ),
  TASK_UNSUPPORTED: entry(
    'invalid',
    false,
    'No runtime serves this task.',
    'Set spec.runtime.task to one that is listed.',
  ),
  VARIABLE_REFUSED: entry(
    'invalid',
    false,
    'A variable of the deployment would decide which code an unconfined process loads.',
    'Remove it from spec.runtime.envs.',
  ),
  READINESS_TIMEOUT: entry(
    'timeout',
    false,
    'The model server never said that it is ready.',
    'See the logs; raise spec.runtime.startTimeout.',
  ),
  LOAD_FAILED: entry(
    'invalid',
    false,
    'The model server stopped while it loaded the model.',
    'See the last lines of its log in the event.',
  ),
  CLAIM_FAILED: entry(
    'unavailable',
    true,
    'A model server that waited for a model did not take it.',
    'Nothing: another one is started in its place.',
  ),
  // Processes and machines
  DATA_DIRECTORY_UNUSABLE: entry(
    'unavailable',
    false,
    'The data directory cannot be used.',
    'See the message for the way out.',
  ),
  PORT_TAKEN: entry(
    'unavailable',
    false,
    'Another process listens on the port.',
    'Stop it, or choose another port.',
  ),
  DRIVER_UNAVAILABLE: entry(
    'unavailable',
    false,
    'The driver cannot run on this machine.',
    'See the message for what is missing.',
  ),
  COMMAND_INVALID: entry(
    'invalid',
    false,
    'The program of a model server cannot be run.',
    'Correct the command; the message names the program.',
  ),
  INSTANCE_STATE_INVALID: entry(
    'conflict',
    false,
    'An instance is not in a state in which it can do this.',
    'Look at its state; an instance is started once and removed after it has ended.',
  ),
  STORE_UNAVAILABLE: entry(
    'unavailable',
    true,
    'The database does not answer.',
    'Check the database; the request may be repeated.',
  ),
  CONNECTION_FAILED: entry(
    'unavailable',
    true,
    'The platform does not answer.',
    'Start it with `bl up`, or check BL_API_URL.',
  ),
  REQUEST_TIMEOUT: entry(
    'timeout',
    true,
    'The caller stopped waiting for the answer.',
    'Try again, or allow more time.',
  ),
  USAGE_ERROR: entry('invalid', false, 'The command line is wrong.', 'See --help.'),
  INTERNAL_ERROR: entry('internal', true, 'A defect of the platform.', 'Report it with the request id.'),
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

const httpStatuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  exhausted: 429,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};

/** HTTP status of an error kind. */
export function httpStatusOf(kind: ErrorKind): number {
  return httpStatuses[kind];
}

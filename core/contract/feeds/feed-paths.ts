/**
 * Paths of the internal API, all under the control plane's address; every call carries the internal token.
 *
 * Feeds out of control are whole snapshots with a version: whoever pulls one sends the version it has and gets the
 * next as soon as there is one. A lost message costs nothing, because the next snapshot has everything. Items that
 * the receiver of a message cannot read are set aside, counted and told; the others count.
 */
export const feedPaths = {
  /** Query: `after` version, `waitMs`, `gateway` id. 200 with a RoutesMessage, 204 when there is nothing newer. */
  routes: '/internal/v1/routes',
  /**
   * Query: `after` version, `waitMs`, `location` name, `sealFor` its public key for secret values (without it the
   * location does not get revisions that have some). 200 with an AssignmentsMessage, 204 when there is nothing
   * newer.
   */
  assignments: '/internal/v1/assignments',
  /** POST an ObservedMessage; see `PushAnswer`. */
  observed: '/internal/v1/observed',
  /** POST an ExecutionsMessage; see `PushAnswer`. */
  executions: '/internal/v1/executions',
  /** POST a LogsMessage; see `PushAnswer`. */
  logs: '/internal/v1/logs',
} as const;

export type MessageKind = keyof typeof feedPaths;

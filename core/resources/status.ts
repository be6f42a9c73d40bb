/** Status of any resource on the wire: always one of these strings. */
export const resourceStatuses = [
  'UPLOADING',
  'BUILDING',
  'BUILT',
  'DEPLOYING',
  'DEPLOYED',
  'FAILED',
  'DEACTIVATING',
  'DEACTIVATED',
  'DELETING',
  'TERMINATED',
] as const;

export type ResourceStatus = (typeof resourceStatuses)[number];

/** One aspect of a resource's state, with the reason for it. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** A sentence, for people. */
  readonly message: string;
  /** RFC 3339: when `status` last changed. */
  readonly since: string;
}

/** Something that happened to a resource. */
export interface ResourceEvent {
  readonly time: string;
  readonly type: string;
  readonly status: ResourceStatus;
  readonly message: string;
  readonly revision?: string;
}

import type { KeyEntry, LogLineMessage, RevisionFailure } from '@beeline/core/contract';
import type { Condition, Flavor, ResourceEvent, ResourceStatus } from '@beeline/core/resources';
import type { ColumnType, Generated, GeneratedAlways, RawBuilder, Selectable } from 'kysely';
import type { Opened, Stored } from '../documents/stored-document.ts';

type Json<T> = ColumnType<T, RawBuilder<T>, RawBuilder<T>>;

/** What the database finds out by itself: pages of lists are made by it, and nobody else looks at it. */
interface SizeColumn {
  storedBytes: GeneratedAlways<number>;
}

interface DocumentColumns extends SizeColumn {
  workspace: string;
  name: string;
  displayName: string;
  labels: Json<Readonly<Record<string, string>>>;
  generation: number;
  createdAt: number;
  createdBy: string;
  updatedAt: number;
  updatedBy: string;
}

interface EnvironmentTable extends DocumentColumns {
  policies: Json<readonly string[]>;
}

interface PolicyTable extends DocumentColumns {
  spec: Json<Stored<'policySpec'>>;
}

interface DeploymentTable extends SizeColumn {
  id: string;
  workspace: string;
  model: string;
  environment: string;
  displayName: string;
  labels: Json<Readonly<Record<string, string>>>;
  spec: Json<Stored<'modelSpec'>>;
  generation: number;
  createdAt: number;
  createdBy: string;
  updatedAt: number;
  updatedBy: string;
  deleting: boolean;
  /** Whether the owner of the platform named the directory of the model. */
  originByOwner: boolean;
  /** When the loop looks at it next; null leaves it alone until something changes. */
  dueAt: number | null;
  observedGeneration: number;
  status: ResourceStatus;
  conditions: Json<readonly Condition[]>;
  events: Json<readonly ResourceEvent[]>;
  activeRevision: string | null;
  previousRevision: string | null;
  latestRevision: string | null;
  route: Json<Stored<'routeEntry'> | null>;
  assignments: Json<readonly Stored<'placedAssignment'>[]>;
  assignmentsVersion: number;
}

/** A revision failed at a location, and may be tried there again. */
export interface LocationTrial {
  readonly location: string;
  /** How often it failed there. */
  readonly failures: number;
  /** Of the last time. */
  readonly failure: RevisionFailure;
  /** Milliseconds since 1970, as the next ones. */
  readonly failedAt: number;
  /** When it is tried there again; null when it is not, or is being tried. */
  readonly retryAt: number | null;
  /** It is being tried: the location has not answered yet. */
  readonly trying: boolean;
}

interface RevisionTable {
  id: string;
  deployment: string;
  number: number;
  generation: number;
  template: Json<Stored<'revisionTemplate'>>;
  artifactDigest: string | null;
  proof: 'needed' | 'proved' | 'failed';
  failure: Json<Stored<'revisionFailure'> | null>;
  trials: Json<readonly Stored<'locationTrial'>[]>;
  retiringSince: number | null;
  retiringFrom: number | null;
  createdAt: number;
  createdBy: string;
  /** As it was of the deployment. */
  originByOwner: boolean;
}

interface ApiKeyTable {
  id: string;
  hash: string;
  name: string;
  workspaces: Json<readonly string[]>;
  role: KeyEntry['role'];
  expiresAt: number | null;
  createdAt: number;
  createdBy: string;
}

interface LocationTable {
  name: string;
  displayName: string;
  country: string | null;
  continent: string | null;
  flavors: Json<readonly Flavor[]>;
  generations: Json<readonly string[]>;
  assignmentsVersion: number;
  lastSeenAt: number;
}

interface ExecutionTable {
  id: string;
  workspace: string;
  model: string;
  environment: string;
  startedAt: number;
  record: Json<Stored<'executionRecord'>>;
}

interface LogLineTable extends LogLineMessage {
  id: Generated<number>;
  location: string;
}

interface SecretTable {
  id: string;
  workspace: string;
  /** Kind of its owner. */
  kind: string;
  /** Id of what it belongs to. */
  owner: string;
  /** Of the value among its owner's: `env/TOKEN`. */
  name: string;
  sealed: string;
  keyId: string;
  createdAt: number;
}

export type FeedName = 'routes' | 'assignments' | 'deployments';

/** Every table, as Kysely sees it: camel case here, snake case in the database; times are milliseconds since 1970. */
export interface Tables {
  workspaces: { name: string; displayName: string; createdAt: number };
  environments: EnvironmentTable;
  policies: PolicyTable;
  deployments: DeploymentTable;
  revisions: RevisionTable;
  apiKeys: ApiKeyTable;
  locations: LocationTable;
  observedRevisions: { location: string; revision: string; state: Json<Stored<'observedRevision'>> };
  gateways: { name: string; routesVersion: number; routesVersionAt: number; liveUntil: number };
  executions: ExecutionTable;
  logLines: LogLineTable;
  secrets: SecretTable;
  feedVersions: { feed: FeedName; version: number };
  documentVersions: { kind: string; version: number };
}

export type WorkspaceRow = Readonly<Selectable<Tables['workspaces']>>;
type Row<T> = Readonly<Omit<Selectable<T>, 'storedBytes'>>;
export type EnvironmentRow = Row<EnvironmentTable>;
export type StoredPolicyRow = Row<PolicyTable>;
export type PolicyRow = Opened<StoredPolicyRow>;
export type StoredDeploymentRow = Row<DeploymentTable>;
export type DeploymentRow = Opened<StoredDeploymentRow>;
export type StoredRevisionRow = Readonly<Selectable<RevisionTable>>;
export type RevisionRow = Opened<StoredRevisionRow>;
export type ApiKeyRow = Readonly<Selectable<ApiKeyTable>>;
export type LocationRow = Readonly<Selectable<LocationTable>>;
export type GatewayRow = Readonly<Selectable<Tables['gateways']>>;
export type SecretRow = Readonly<Selectable<SecretTable>>;
export type LogLineRow = Readonly<Selectable<LogLineTable>>;

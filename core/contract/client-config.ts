import { Document } from 'yaml';
import { BeelineError, describeViolations, type FieldViolation, Secret, suggestName } from '../base/index.ts';
import { parseUserYaml, valuesOf } from './user-files/parse-user-yaml.ts';

/** What the command line finds in its configuration file: where each workspace is and how to enter it. */
export interface ClientConfig {
  readonly context: { readonly workspace?: string; readonly environment?: string };
  readonly workspaces: readonly WorkspaceEntry[];
}

export interface WorkspaceEntry {
  readonly name: string;
  /** Address of the control API with its version: `http://127.0.0.1:8787/v0`. */
  readonly apiUrl?: string;
  /** Address of the inference endpoint, without a path: `http://127.0.0.1:8787`. */
  readonly runUrl?: string;
  readonly apiKey?: Secret;
}

/** What a platform writes for the people on its machine. */
export interface WorkspaceCredentials {
  readonly workspace: string;
  readonly apiKey: Secret;
  readonly apiUrl: string;
  readonly runUrl: string;
  /** Also makes it the workspace that commands use when none is named; otherwise only when there is none yet. */
  readonly makeCurrent?: boolean;
}

// Keys of other clients of the same API are known and left alone, so that one file can serve them all.
const known = {
  top: ['context', 'workspaces', 'tracking'],
  context: ['workspace', 'environment'],
  workspace: ['name', 'id', 'env', 'apiUrl', 'runUrl', 'credentials'],
  credentials: ['apiKey', 'access_token', 'refresh_token', 'expires_in', 'device_code', 'client_credentials'],
} as const;

type Entry = Readonly<Record<string, unknown>>;

/** Reads one mapping of the file after the other and collects every broken rule. */
function createReader(violations: FieldViolation[]) {
  const broken = (field: string, rule: string, hint?: string) => {
    violations.push({ field, rule, ...(hint === undefined ? {} : { hint }) });
  };
  return {
    mapping(value: unknown, field: string, keys: readonly string[]): Entry {
      if (value === undefined || value === null) return {};
      if (typeof value !== 'object' || Array.isArray(value)) {
        broken(field, 'must be a mapping');
        return {};
      }
      for (const key of Object.keys(value).filter((key) => !keys.includes(key))) {
        const near = suggestName(key, keys);
        const hint = near === undefined ? `known keys: ${keys.join(', ')}` : `did you mean "${near}"?`;
        broken(field === 'the file' ? key : `${field}.${key}`, 'is not a known key', hint);
      }
      return value as Entry;
    },
    // What was received is not repeated: it may be a key in the wrong place.
    text(entry: Entry, key: string, field: string): string | undefined {
      const value = entry[key];
      if (value === undefined || value === null || value === '') return undefined;
      if (typeof value === 'string') return value;
      broken(field, 'must be a text');
      return undefined;
    },
    broken,
  };
}

function readWorkspace(
  value: unknown,
  field: string,
  reader: ReturnType<typeof createReader>,
): WorkspaceEntry {
  const entry = reader.mapping(value, field, known.workspace);
  const credentials = reader.mapping(entry.credentials, `${field}.credentials`, known.credentials);
  const name = reader.text(entry, 'name', `${field}.name`);
  const apiUrl = reader.text(entry, 'apiUrl', `${field}.apiUrl`);
  const runUrl = reader.text(entry, 'runUrl', `${field}.runUrl`);
  const apiKey = reader.text(credentials, 'apiKey', `${field}.credentials.apiKey`);
  if (name === undefined) reader.broken(`${field}.name`, 'is required');
  return {
    name: name ?? '',
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(runUrl === undefined ? {} : { runUrl }),
    ...(apiKey === undefined ? {} : { apiKey: new Secret(apiKey) }),
  };
}

function openDocument(text: string, path: string): Document {
  const refuse = (message: string): never => {
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: `${path}: ${message}; correct or remove the file`,
    });
  };
  const parsed = parseUserYaml(text);
  if (!parsed.ok) return refuse(parsed.message);
  const [document = new Document(), ...more] = parsed.documents;
  return more.length === 0 ? document : refuse('must have one document');
}

/**
 * Reads the text of a client configuration file; an empty one is valid.
 * @throws BeelineError INVALID_CONFIGURATION naming every unknown key and bad value, never repeating a value.
 */
export function parseClientConfig(text: string, path: string): ClientConfig {
  const violations: FieldViolation[] = [];
  const reader = createReader(violations);
  const top = reader.mapping(valuesOf(openDocument(text, path)), 'the file', known.top);
  const context = reader.mapping(top.context, 'context', known.context);
  const workspace = reader.text(context, 'workspace', 'context.workspace');
  const environment = reader.text(context, 'environment', 'context.environment');
  const list = top.workspaces ?? [];
  if (!Array.isArray(list)) reader.broken('workspaces', 'must be a list');
  const workspaces = (Array.isArray(list) ? list : []).map((value, index) =>
    readWorkspace(value, `workspaces[${index}]`, reader),
  );
  for (const [index, { name }] of workspaces.entries()) {
    const before = workspaces.findIndex((entry) => entry.name === name);
    if (before < index) reader.broken(`workspaces[${index}].name`, `${name} is there twice`);
  }
  if (violations.length > 0) {
    const fields = violations.map((violation) => ({ ...violation, field: `${path}: ${violation.field}` }));
    throw new BeelineError('INVALID_CONFIGURATION', { message: describeViolations(fields), fields });
  }
  return {
    context: {
      ...(workspace === undefined ? {} : { workspace }),
      ...(environment === undefined ? {} : { environment }),
    },
    workspaces,
  };
}

/**
 * The text of the file with the credentials of one workspace put in; whatever else it holds, comments too, stays.
 * @throws BeelineError INVALID_CONFIGURATION when the file as it is cannot be read.
 */
export function formatClientConfig(text: string, path: string, credentials: WorkspaceCredentials): string {
  const before = parseClientConfig(text, path);
  const document = openDocument(text, path);
  if (document.toJS() === null) document.contents = document.createNode({});
  const found = before.workspaces.findIndex((entry) => entry.name === credentials.workspace);
  const at = ['workspaces', found === -1 ? before.workspaces.length : found];
  if (before.workspaces.length === 0) document.set('workspaces', document.createNode([]));
  if (found === -1) document.setIn(at, document.createNode({ name: credentials.workspace }));
  document.setIn([...at, 'apiUrl'], credentials.apiUrl);
  document.setIn([...at, 'runUrl'], credentials.runUrl);
  document.setIn([...at, 'credentials'], document.createNode({ apiKey: credentials.apiKey.reveal() }));
  if (credentials.makeCurrent === true || before.context.workspace === undefined) {
    if (document.get('context') === undefined || document.get('context') === null) {
      document.set('context', document.createNode({}));
    }
    document.setIn(['context', 'workspace'], credentials.workspace);
  }
  return document.toString();
}

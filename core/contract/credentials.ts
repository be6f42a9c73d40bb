/** Gives the value of a header by its lowercase name. */
export type HeaderLookup = (lower: string) => string | undefined;

/** Looks in headers as Node gives them: lowercase names, the first value of several. */
export function lookUpIn(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderLookup {
  return (lower) => {
    const value = headers[lower];
    return Array.isArray(value) ? value[0] : value;
  };
}

/** Headers that carry a credential or choose a workspace; never forwarded to a model. */
export const credentialHeaderNames: readonly string[] = [
  'authorization',
  'x-beeline-authorization',
  'x-blaxel-authorization',
  'x-beamlit-authorization',
  'x-beeline-api-key',
  'x-blaxel-api-key',
  'x-beamlit-api-key',
  'x-beeline-workspace',
  'x-blaxel-workspace',
  'x-beamlit-workspace',
  'api-key',
];

const bearerHeaders = [
  'x-beeline-authorization',
  'x-blaxel-authorization',
  'x-beamlit-authorization',
  'authorization',
];
const bareHeaders = ['x-beeline-api-key', 'x-blaxel-api-key', 'x-beamlit-api-key', 'api-key'];
const workspaceHeaders = ['x-beeline-workspace', 'x-blaxel-workspace', 'x-beamlit-workspace'];

/** The credential of a request in any of its header forms, the most specific one first; undefined when there is none. */
export function readCredential(header: HeaderLookup): string | undefined {
  for (const name of bearerHeaders) {
    const value = header(name);
    if (value === undefined) continue;
    return /^bearer /i.test(value) ? value.slice(7).trim() : value.trim();
  }
  for (const name of bareHeaders) {
    const value = header(name);
    if (value !== undefined) return value.trim();
  }
  return undefined;
}

/** The workspace that the headers name, or the query; undefined leaves the choice to the key. */
export function readWorkspaceName(
  header: HeaderLookup,
  queryValue: string | null | undefined,
): string | undefined {
  for (const name of workspaceHeaders) {
    const value = header(name);
    if (value !== undefined && value !== '') return value;
  }
  return queryValue ?? undefined;
}

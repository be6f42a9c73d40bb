/** A document as it lies in the database: of any version, with fields that may be missing. */
export type StoredObject = Readonly<Record<string, unknown>>;

/** How documents of one kind are read. */
export interface DocumentKind<T extends object> {
  /** Step n makes version n + 1 of a document of version n; the first version is 1. */
  readonly steps: readonly ((stored: StoredObject) => StoredObject)[];
  /** Fills in the defaults of fields that are missing. */
  complete(stored: StoredObject): T;
}

/** Field of the stored object that says its version; absent from what release 0.1 wrote, which is version 1. */
const versionField = 'documentVersion';

/** The version that this program writes. */
export function versionOf(kind: Pick<DocumentKind<object>, 'steps'>): number {
  return kind.steps.length + 1;
}

function isObject(value: unknown): value is StoredObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that only the stored object has stay: a newer program wrote them, and needs them again. */
function keepUnknown(stored: StoredObject, complete: StoredObject): StoredObject {
  const known = Object.entries(complete).map(([key, value]) => {
    const before = stored[key];
    return [key, isObject(before) && isObject(value) ? keepUnknown(before, value) : value];
  });
  return { ...stored, ...Object.fromEntries(known) };
}

/** The document of the present version, with every default. One of a later version is taken as it is. */
export function upgradeDocument<T extends object>(kind: DocumentKind<T>, stored: StoredObject): T {
  const { [versionField]: version = 1, ...fields } = stored;
  const upgraded = kind.steps.slice(Number(version) - 1).reduce((document, step) => step(document), fields);
  return keepUnknown(upgraded, kind.complete(upgraded) as StoredObject) as T;
}

/** The object to store for a document. */
export function stampDocument<T extends object>(
  kind: Pick<DocumentKind<T>, 'steps'>,
  document: T,
): StoredObject {
  return { ...document, [versionField]: versionOf(kind) };
}

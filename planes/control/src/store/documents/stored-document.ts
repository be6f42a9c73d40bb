import type { RawBuilder } from 'kysely';
import { jsonColumn } from '../database/json-column.ts';
import { type DocumentName, type DocumentOf, documentKinds } from './document-kinds.ts';
import { type DocumentKind, type StoredObject, stampDocument, upgradeDocument } from './upgrade-document.ts';

declare const kindOfDocument: unique symbol;

/** A document as a query gives it. Only `openDocument` makes something of it, so that no reader forgets to upgrade. */
export interface Stored<Name extends DocumentName> {
  readonly [kindOfDocument]: Name;
}

/** A row whose documents have been opened. */
export type Opened<Row> = { readonly [Column in keyof Row]: OpenedValue<Row[Column]> };

type OpenedValue<Value> =
  Value extends Stored<infer Name>
    ? DocumentOf<Name>
    : Value extends readonly Stored<infer Name>[]
      ? readonly DocumentOf<Name>[]
      : Value;

const kindOf = <Name extends DocumentName>(name: Name) =>
  documentKinds[name] as unknown as DocumentKind<DocumentOf<Name> & object>;

/** Reads a stored document of any version. */
export function openDocument<Name extends DocumentName>(name: Name, stored: Stored<Name>): DocumentOf<Name> {
  return upgradeDocument(kindOf(name), stored as unknown as StoredObject);
}

type Writable<Value> = RawBuilder<Value>;

/** A document for a column, with the version of this program. */
export function documentColumn<Name extends DocumentName>(
  name: Name,
  document: DocumentOf<Name>,
): Writable<Stored<Name>> {
  return jsonColumn(stampDocument(kindOf(name), document)) as unknown as Writable<Stored<Name>>;
}

/** As `documentColumn`, for a column that may hold none: a JSON null. */
export function optionalDocumentColumn<Name extends DocumentName>(
  name: Name,
  document: DocumentOf<Name> | null,
): Writable<Stored<Name> | null> {
  return document === null ? jsonColumn(null) : documentColumn(name, document);
}

/** As `documentColumn`, for a column that holds a list of them. */
export function documentListColumn<Name extends DocumentName>(
  name: Name,
  documents: readonly DocumentOf<Name>[],
): Writable<readonly Stored<Name>[]> {
  const stamped = documents.map((document) => stampDocument(kindOf(name), document));
  return jsonColumn(stamped) as unknown as Writable<readonly Stored<Name>[]>;
}

-- The newest version of each kind of document that a program has written: see store/documents. A program that knows
-- only earlier ones does not open the database.
CREATE TABLE document_versions (
  kind text PRIMARY KEY,
  version integer NOT NULL
);

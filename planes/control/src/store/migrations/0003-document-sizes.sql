-- What a user wrote of each object, in bytes: lists are cut into pages by it without looking at the documents.
ALTER TABLE environments ADD COLUMN stored_bytes integer NOT NULL
  GENERATED ALWAYS AS (octet_length(labels::text) + octet_length(policies::text)) STORED;

ALTER TABLE policies ADD COLUMN stored_bytes integer NOT NULL
  GENERATED ALWAYS AS (octet_length(labels::text) + octet_length(spec::text)) STORED;

ALTER TABLE deployments ADD COLUMN stored_bytes integer NOT NULL
  GENERATED ALWAYS AS (octet_length(labels::text) + octet_length(spec::text)) STORED;

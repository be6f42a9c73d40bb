-- Values that nobody may read, sealed: see core/secrets. Documents name them by id. What a value belongs to is part of
-- its seal, so these columns cannot be changed.
CREATE TABLE secrets (
  id text PRIMARY KEY,
  workspace text NOT NULL,
  kind text NOT NULL,
  owner text NOT NULL,
  name text NOT NULL,
  sealed text NOT NULL,
  -- The key that the value needs.
  key_id text NOT NULL,
  created_at bigint NOT NULL
);

CREATE INDEX secrets_owner ON secrets (owner);

CREATE INDEX secrets_key ON secrets (key_id);

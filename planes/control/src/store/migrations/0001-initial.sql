CREATE TABLE workspaces (
  name text PRIMARY KEY,
  display_name text NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE environments (
  workspace text NOT NULL REFERENCES workspaces (name),
  name text NOT NULL,
  display_name text NOT NULL,
  labels jsonb NOT NULL,
  policies jsonb NOT NULL,
  generation integer NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  updated_at bigint NOT NULL,
  updated_by text NOT NULL,
  PRIMARY KEY (workspace, name)
);

CREATE TABLE policies (
  workspace text NOT NULL REFERENCES workspaces (name),
  name text NOT NULL,
  display_name text NOT NULL,
  labels jsonb NOT NULL,
  spec jsonb NOT NULL,
  generation integer NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  updated_at bigint NOT NULL,
  updated_by text NOT NULL,
  PRIMARY KEY (workspace, name)
);

-- One row per model and environment, written from two sides: the API writes the wish, the loop writes the rest.
-- `due_at` is the loop's queue: every write that could matter sets 0, the loop sets a later time or null.
CREATE TABLE deployments (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces (name),
  model text NOT NULL,
  environment text NOT NULL,
  display_name text NOT NULL,
  labels jsonb NOT NULL,
  spec jsonb NOT NULL,
  generation integer NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  updated_at bigint NOT NULL,
  updated_by text NOT NULL,
  deleting boolean NOT NULL,
  due_at bigint,
  observed_generation integer NOT NULL,
  status text NOT NULL,
  conditions jsonb NOT NULL,
  events jsonb NOT NULL,
  active_revision text,
  previous_revision text,
  latest_revision text,
  route jsonb,
  assignments jsonb NOT NULL,
  -- Version of the assignments feed that last changed what this deployment has at locations.
  assignments_version bigint NOT NULL
);

-- A deployment that is on its way out does not keep its name from the next one.
CREATE UNIQUE INDEX deployments_name ON deployments (workspace, model, environment) WHERE NOT deleting;

CREATE INDEX deployments_due ON deployments (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE revisions (
  id text PRIMARY KEY,
  deployment text NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  number integer NOT NULL,
  generation integer NOT NULL,
  template jsonb NOT NULL,
  artifact_digest text,
  proof text NOT NULL,
  failure jsonb,
  -- Set while the revision finishes: since when, and the first routes version that no longer has it.
  retiring_since bigint,
  retiring_from bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  UNIQUE (deployment, number)
);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  hash text NOT NULL,
  name text NOT NULL,
  workspaces jsonb NOT NULL,
  role text NOT NULL,
  expires_at bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);

CREATE TABLE locations (
  name text PRIMARY KEY,
  display_name text NOT NULL,
  country text,
  continent text,
  flavors jsonb NOT NULL,
  generations jsonb NOT NULL,
  assignments_version bigint NOT NULL,
  last_seen_at bigint NOT NULL
);

CREATE TABLE observed_revisions (
  location text NOT NULL REFERENCES locations (name) ON DELETE CASCADE,
  revision text NOT NULL,
  state jsonb NOT NULL,
  PRIMARY KEY (location, revision)
);

CREATE INDEX observed_revisions_revision ON observed_revisions (revision);

-- Which routes version each gateway holds, since when, and until when it counts as alive.
CREATE TABLE gateways (
  name text PRIMARY KEY,
  routes_version bigint NOT NULL,
  routes_version_at bigint NOT NULL,
  live_until bigint NOT NULL
);

CREATE TABLE executions (
  id text PRIMARY KEY,
  workspace text NOT NULL,
  model text NOT NULL,
  environment text NOT NULL,
  started_at bigint NOT NULL,
  record jsonb NOT NULL
);

CREATE INDEX executions_deployment ON executions (workspace, model, environment, started_at DESC, id DESC);

CREATE INDEX executions_age ON executions (started_at);

CREATE TABLE log_lines (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace text NOT NULL,
  model text NOT NULL,
  environment text NOT NULL,
  location text NOT NULL,
  revision text NOT NULL,
  replica text NOT NULL,
  source text NOT NULL,
  message text NOT NULL,
  at bigint NOT NULL
);

CREATE INDEX log_lines_deployment ON log_lines (workspace, model, environment, id);

CREATE INDEX log_lines_age ON log_lines (at);

-- One counter per feed. A transaction that changes what a feed says takes the next number; the row lock makes
-- versions become visible in their order.
CREATE TABLE feed_versions (
  feed text PRIMARY KEY,
  version bigint NOT NULL
);

INSERT INTO feed_versions (feed, version) VALUES ('routes', 1), ('assignments', 1), ('deployments', 1);

-- Of each revision, the locations where it failed, and when it is tried there again.
ALTER TABLE revisions ADD COLUMN trials jsonb NOT NULL DEFAULT '[]';

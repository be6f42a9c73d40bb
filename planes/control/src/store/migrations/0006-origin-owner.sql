-- Whether the owner of the platform named the directory that the model comes from: then it may lie outside the roots.
ALTER TABLE deployments ADD COLUMN origin_by_owner boolean NOT NULL DEFAULT false;

ALTER TABLE revisions ADD COLUMN origin_by_owner boolean NOT NULL DEFAULT false;

-- Nobody wrote it down until now. The owner's keys are those that the platform made by itself.
UPDATE revisions SET origin_by_owner = true
WHERE created_by IN (SELECT id FROM api_keys WHERE created_by = 'platform');

UPDATE deployments SET origin_by_owner = true
WHERE updated_by IN (SELECT id FROM api_keys WHERE created_by = 'platform');

-- What locations were told does not say it yet: the loop looks at all of them.
UPDATE deployments SET due_at = 0;

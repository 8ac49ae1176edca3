-- Keys of the published contracts (NULL: our own API), and what a call carries that was placed through one of them.
ALTER TABLE api_keys ADD COLUMN contract TEXT;
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
ALTER TABLE calls ADD COLUMN origin TEXT;
-- Of the origin, what lists are made by.
ALTER TABLE calls ADD COLUMN contract TEXT;
ALTER TABLE calls ADD COLUMN task_id TEXT;
CREATE INDEX calls_by_task ON calls (org_id, task_id, created_at, id) WHERE task_id IS NOT NULL;

-- Conferences. calls and recordings: JSON arrays; a live one has no end.
CREATE TABLE conferences (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    calls TEXT NOT NULL,
    recordings TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX conferences_newest ON conferences (org_id, created_at, id);

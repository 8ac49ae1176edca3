-- Opening hours that routes refer to by name.
CREATE TABLE hours (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    hours TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    CONSTRAINT hours_name_unique UNIQUE (org_id, name)
);
-- Messages that callers left. mailbox: user:ID, queue:ID or box:NAME. file: below the data directory.
CREATE TABLE voicemails (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    from_number TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    file TEXT NOT NULL,
    transcript TEXT NOT NULL,
    heard_at BIGINT,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX voicemails_newest ON voicemails (org_id, created_at, id);

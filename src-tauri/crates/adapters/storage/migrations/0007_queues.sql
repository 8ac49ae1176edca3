-- Queues. members: who may be offered their callers, and at which rank.
CREATE TABLE queues (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    members TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    CONSTRAINT queues_name_unique UNIQUE (org_id, name)
);
-- What people can do, and whether they take calls.
CREATE TABLE agents (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    user_id TEXT NOT NULL,
    skills TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    presence TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);

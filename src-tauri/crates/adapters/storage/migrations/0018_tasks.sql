-- Calls that a contract's client wants to have made. details: JSON of what the client said; due_at NULL: it is executed
-- when somebody asks for it; claimed_at: written before anything is dialled.
CREATE TABLE tasks (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    assistant_id TEXT NOT NULL,
    status TEXT NOT NULL,
    priority BIGINT NOT NULL,
    due_at BIGINT,
    call_id TEXT,
    claimed_at BIGINT,
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX tasks_newest ON tasks (org_id, created_at, id);
CREATE INDEX tasks_due ON tasks (due_at) WHERE status = 'pending' AND due_at IS NOT NULL;
CREATE INDEX tasks_in_progress ON tasks (org_id, id) WHERE status = 'in_progress';

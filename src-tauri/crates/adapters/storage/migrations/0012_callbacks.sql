-- Customers who are to be called back by an agent of a queue. call_id: of the last call made, or of the next one.
CREATE TABLE callbacks (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    agent_id TEXT,
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    asked_in TEXT,
    call_id TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX callbacks_newest ON callbacks (org_id, created_at, id);
CREATE INDEX callbacks_by_state ON callbacks (state);

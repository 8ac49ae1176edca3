-- Addresses that are told what happens. contract NULL: in our own format. url NULL: only signs for addresses that calls
-- bring along. secrets_sealed: JSON, the newest first.
CREATE TABLE webhook_endpoints (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    contract TEXT,
    url TEXT,
    description TEXT NOT NULL,
    topics TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    disabled_reason TEXT,
    secrets_sealed TEXT NOT NULL,
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
-- Messages to them; a row is what is sent, to the byte, on every try.
CREATE TABLE webhook_deliveries (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    contract TEXT,
    url TEXT NOT NULL,
    topic TEXT NOT NULL,
    call_id TEXT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, endpoint_id) REFERENCES webhook_endpoints (org_id, id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (org_id, created_at, id);
CREATE INDEX webhook_deliveries_queue ON webhook_deliveries (org_id, endpoint_id, created_at, id);
CREATE TABLE webhook_attempts (
    org_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    PRIMARY KEY (org_id, delivery_id, number),
    FOREIGN KEY (org_id, delivery_id) REFERENCES webhook_deliveries (org_id, id)
);

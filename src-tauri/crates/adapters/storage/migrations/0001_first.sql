-- The first schema. One text for SQLite and PostgreSQL: BIGINT for integers, times (ms since 1970) and booleans (0, 1),
-- DOUBLE PRECISION, TEXT for the rest; JSON columns hold the serde form of the records.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One row. Whoever appends events holds its lock until the commit, so the sequence grows in commit order.
CREATE TABLE event_sequence (
    name TEXT NOT NULL PRIMARY KEY,
    last_seq BIGINT NOT NULL
);
INSERT INTO event_sequence (name, last_seq) VALUES ('events', 0);

-- A known text sealed with the key file: tells a wrong key file from the right one.
CREATE TABLE sealing_key (
    name TEXT NOT NULL PRIMARY KEY,
    check_value TEXT NOT NULL
);

CREATE TABLE users (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    phone_name TEXT,
    phone_password_sealed TEXT,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX users_email_unique ON users (email_folded);
CREATE UNIQUE INDEX users_phone_name_unique ON users (phone_name);

CREATE TABLE api_keys (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    shown_prefix TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX api_keys_hash_unique ON api_keys (hash);

CREATE TABLE sessions (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id)
);
CREATE UNIQUE INDEX sessions_token_hash_unique ON sessions (token_hash);
CREATE INDEX sessions_by_expiry ON sessions (org_id, expires_at);

CREATE TABLE trunks (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    transport TEXT NOT NULL,
    domain TEXT,
    username TEXT,
    password_sealed TEXT,
    register_s BIGINT,
    accept_from TEXT NOT NULL,
    options_every_s BIGINT NOT NULL,
    caller_id TEXT,
    max_cps BIGINT NOT NULL,
    max_channels BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE numbers (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    label TEXT NOT NULL,
    trunk_id TEXT NOT NULL,
    route TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, trunk_id) REFERENCES trunks (org_id, id)
);
CREATE UNIQUE INDEX numbers_number_unique ON numbers (org_id, number);
CREATE INDEX numbers_by_trunk ON numbers (org_id, trunk_id);

CREATE TABLE assistants (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX assistants_code_unique ON assistants (org_id, code);

-- Calls outlive the assistant, trunk and number that they name, hence no foreign keys to those.
CREATE TABLE calls (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    live BIGINT NOT NULL,
    from_number TEXT NOT NULL,
    to_number TEXT NOT NULL,
    customer_name TEXT,
    search_text TEXT NOT NULL,
    assistant_id TEXT,
    trunk_id TEXT,
    number_id TEXT,
    sip_call_id TEXT,
    floor TEXT NOT NULL,
    floor_version BIGINT NOT NULL,
    variables TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    answered_at BIGINT,
    ended_at BIGINT,
    duration_ms BIGINT,
    end_reason TEXT,
    outcome TEXT,
    recording TEXT,
    latency TEXT,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX calls_by_time ON calls (org_id, created_at, id);
CREATE INDEX calls_by_assistant ON calls (org_id, assistant_id, created_at, id);
CREATE INDEX calls_live ON calls (org_id, created_at, id) WHERE live = 1;

CREATE TABLE transcript_items (
    org_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    id TEXT NOT NULL,
    position BIGINT NOT NULL,
    speaker TEXT NOT NULL,
    speaker_name TEXT,
    said TEXT NOT NULL,
    intended TEXT,
    interrupted BIGINT NOT NULL,
    acknowledgement BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    confidence DOUBLE PRECISION,
    latency TEXT,
    PRIMARY KEY (org_id, call_id, id),
    FOREIGN KEY (org_id, call_id) REFERENCES calls (org_id, id)
);

CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisations (id),
    call_id TEXT,
    happened_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX events_by_org ON events (org_id, seq);
CREATE INDEX events_by_call ON events (org_id, call_id, seq);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisations (id),
    event_seq BIGINT NOT NULL REFERENCES events (seq),
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX outbox_due ON outbox (org_id, next_attempt_at) WHERE delivered_at IS NULL;

CREATE TABLE do_not_call (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    number TEXT NOT NULL,
    reason TEXT NOT NULL,
    call_id TEXT,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, number)
);

CREATE TABLE idempotency (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    claim_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    status BIGINT,
    body_sealed TEXT,
    PRIMARY KEY (org_id, claim_key)
);
CREATE INDEX idempotency_by_time ON idempotency (org_id, created_at);

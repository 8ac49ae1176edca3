-- Outside providers of speech and text. key_sealed: as trunks.password_sealed. key_ends (the last four characters) is shown
-- to people.
CREATE TABLE providers (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    vendor TEXT NOT NULL,
    base_url TEXT NOT NULL,
    settings TEXT NOT NULL,
    key_sealed TEXT,
    key_ends TEXT,
    last_check TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    CONSTRAINT providers_name_unique UNIQUE (org_id, kind, name)
);
-- What is tried after an assistant's own voice or model; no row: the order of the providers' file.
CREATE TABLE provider_fallback (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    next_ones TEXT NOT NULL
);
-- The last time that an organisation's retention was carried out.
CREATE TABLE retention_sweeps (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    swept_at BIGINT NOT NULL,
    recordings BIGINT NOT NULL,
    transcript_items BIGINT NOT NULL,
    events BIGINT NOT NULL,
    sip_messages BIGINT NOT NULL
);

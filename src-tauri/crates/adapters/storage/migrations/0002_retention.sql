-- How long an organisation keeps what was said, in days; NULL keeps it for ever, as does having no row.
CREATE TABLE retention (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    recordings_days BIGINT,
    transcripts_days BIGINT,
    events_days BIGINT,
    sip_traces_days BIGINT
);
CREATE INDEX calls_by_end ON calls (org_id, ended_at);
CREATE INDEX events_by_time ON events (org_id, happened_at);
CREATE INDEX outbox_by_event ON outbox (event_seq);

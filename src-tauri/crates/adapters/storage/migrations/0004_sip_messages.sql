-- What went over the wire for a call, without its secrets. It goes with its call.
CREATE TABLE sip_messages (
    org_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    leg BIGINT NOT NULL,
    party TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    direction TEXT NOT NULL,
    transport TEXT NOT NULL,
    local_address TEXT NOT NULL,
    peer_address TEXT NOT NULL,
    method TEXT NOT NULL,
    status BIGINT,
    cseq BIGINT NOT NULL,
    sip_call_id TEXT NOT NULL,
    start_line TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (org_id, call_id, position),
    FOREIGN KEY (org_id, call_id) REFERENCES calls (org_id, id) ON DELETE CASCADE
);
CREATE INDEX sip_messages_by_time ON sip_messages (org_id, happened_at);
-- Nothing was written so far, so nobody can have meant to keep it for ever.
UPDATE retention SET sip_traces_days = 7 WHERE sip_traces_days IS NULL;

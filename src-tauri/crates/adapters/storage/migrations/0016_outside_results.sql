-- Results of calls that somebody else carried, as they were told; call_id NULL: of a call that is not known here.
CREATE TABLE outside_results (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    contract TEXT NOT NULL,
    reference TEXT NOT NULL,
    call_id TEXT,
    payload TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, contract, reference)
);

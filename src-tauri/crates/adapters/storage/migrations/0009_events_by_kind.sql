-- Reports read events of some kinds in a time span; the index alone tells which numbers those have.
CREATE INDEX events_by_kind ON events (org_id, kind, happened_at, seq);

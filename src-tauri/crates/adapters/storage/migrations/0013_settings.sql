-- Settings of which an organisation has one of each, as JSON under their name (`alerts`, `recording`).
CREATE TABLE settings (
    org_id TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (org_id, name)
);

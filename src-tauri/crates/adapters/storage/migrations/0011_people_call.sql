-- Calls that people place themselves: by whom, for which queue; and how long their customers were on hold.
ALTER TABLE calls ADD COLUMN placed_by TEXT;
ALTER TABLE calls ADD COLUMN placed_for TEXT;
ALTER TABLE calls ADD COLUMN held_ms BIGINT NOT NULL DEFAULT 0;
-- Agents whose phones are called once and kept on the line.
ALTER TABLE agents ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0;

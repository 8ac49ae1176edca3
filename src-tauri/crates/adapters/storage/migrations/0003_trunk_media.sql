-- How a trunk's audio is to be: SRTP (off, optional, required; NULL: as the transport has it) and codecs in the order of
-- preference, as a JSON list (empty: every codec).

ALTER TABLE trunks ADD COLUMN srtp TEXT;
ALTER TABLE trunks ADD COLUMN codecs TEXT NOT NULL DEFAULT '[]';

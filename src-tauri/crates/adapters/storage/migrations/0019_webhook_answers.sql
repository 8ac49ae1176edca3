-- The beginning of what a receiver answered to a try.
ALTER TABLE webhook_attempts ADD COLUMN answer TEXT;

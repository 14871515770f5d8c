-- Owner: RunnerService. Module version 3: event payloads become JSONB with a GIN index; the data stays.
-- Most events carry no payload beyond their columns; the index leaves those out, so that a step costs no GIN insert.
ALTER TABLE workflow_events ALTER COLUMN payload_json DROP DEFAULT;
DROP VIEW feed_events;
ALTER TABLE workflow_events ALTER COLUMN payload_json TYPE jsonb USING payload_json::jsonb;
ALTER TABLE workflow_events ALTER COLUMN payload_json SET DEFAULT '{}'::jsonb;
CREATE VIEW feed_events AS
    SELECT tx::text::bigint AS tx, id, run_id, event_seq, org, workflow, type, step_id, item, attempt, payload_json, created_at
    FROM workflow_events
    WHERE type NOT IN ('step_started', 'step_succeeded') AND tx < pg_snapshot_xmin(pg_current_snapshot());
CREATE INDEX workflow_events_payload ON workflow_events USING gin (payload_json jsonb_path_ops) WHERE payload_json <> '{}'::jsonb;
UPDATE workflow_schema_version SET version = 3;

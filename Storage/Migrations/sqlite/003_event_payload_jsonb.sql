-- Owner: RunnerService. Module version 3. SQLite keeps JSON as text and reads it with json_extract; only the version moves.
UPDATE workflow_schema_version SET version = 3;

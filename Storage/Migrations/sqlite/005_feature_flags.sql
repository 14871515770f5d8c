-- Owner: RunnerService. Flags changed at run time; a flag that is not here follows the configuration.
CREATE TABLE feature_flags (
    name       TEXT PRIMARY KEY,
    value_json TEXT NOT NULL,
    revision   INTEGER NOT NULL DEFAULT 1,
    updated_by TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE VIEW feed_flags AS SELECT name, value_json, updated_at FROM feature_flags;

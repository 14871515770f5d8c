-- Owner: RunnerService. Flags changed at run time; a flag that is not here follows the configuration.
CREATE TABLE feature_flags (
    name       text PRIMARY KEY,
    value_json text NOT NULL,
    revision   bigint NOT NULL DEFAULT 1,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE VIEW feed_flags AS SELECT name, value_json, updated_at FROM feature_flags;

-- Owner: RunnerService. Runs, jobs (one per step execution), the event journal and artifacts.
-- Indexes on changing columns are partial on live states, so that claiming costs the same after a million finished runs.
CREATE TABLE workflow_runs (
    id                TEXT PRIMARY KEY,
    org               TEXT NOT NULL,
    workflow          TEXT NOT NULL,
    version           TEXT NOT NULL,
    environment       TEXT NOT NULL,
    status            TEXT NOT NULL CHECK (status IN
                          ('queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'canceled', 'timed_out')),
    priority          INTEGER NOT NULL DEFAULT 0,
    mode              TEXT NOT NULL DEFAULT 'queue' CHECK (mode IN ('queue', 'legacy')),
    mode_reason       TEXT NOT NULL DEFAULT '',
    parameters_json   TEXT NOT NULL DEFAULT '{}',
    labels_json       TEXT,
    output_json       TEXT,
    error_json        TEXT,
    owner             TEXT NOT NULL DEFAULT '',          -- who asked for it: token or user name
    idempotency_key   TEXT,
    request_hash      TEXT,                              -- of the request that first used the key
    traceparent       TEXT,
    parent_run_id     TEXT,
    parent_step_id    TEXT,
    parent_item       INTEGER,
    replay_of         TEXT,
    concurrency_key   TEXT,
    concurrency_limit INTEGER,
    attempts          INTEGER NOT NULL DEFAULT 0,        -- how often it started from the queue
    fence             INTEGER NOT NULL DEFAULT 0,         -- grows with every claim; a write with an older one changes nothing
    lease_owner       TEXT,
    lease_until       TEXT,
    run_at            TEXT NOT NULL,              -- queued or waiting: due from then on
    next_attempt_at   TEXT,                       -- set while a failed step waits for its next attempt
    waiting_reason    TEXT,
    cancel_reason     TEXT,                              -- set: cancel was asked for
    pause_requested   INTEGER NOT NULL DEFAULT 0,
    wake              INTEGER NOT NULL DEFAULT 0,      -- someone asked a leased run to come back at once when it waits
    admitted          INTEGER NOT NULL DEFAULT 0,      -- holds its place under the concurrency limits until it ends
    depth             INTEGER NOT NULL DEFAULT 0,        -- how many workflows deep
    trigger_name      TEXT NOT NULL DEFAULT 'api',
    event_seq         INTEGER NOT NULL DEFAULT 0,        -- the last event's number; see workflow_event_counters
    created_at        TEXT NOT NULL,
    started_at        TEXT,
    finished_at       TEXT,
    CHECK ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'canceled', 'timed_out')))
);
CREATE INDEX workflow_runs_by_org ON workflow_runs (org, workflow, id);
CREATE INDEX workflow_runs_queued ON workflow_runs (priority DESC, run_at) WHERE status = 'queued';
CREATE INDEX workflow_runs_waiting ON workflow_runs (run_at) WHERE status = 'waiting';
CREATE INDEX workflow_runs_leases ON workflow_runs (lease_until) WHERE status = 'running';
CREATE INDEX workflow_runs_concurrency ON workflow_runs (org, concurrency_key)
    WHERE concurrency_key IS NOT NULL AND status IN ('queued', 'running', 'waiting', 'paused');
CREATE INDEX workflow_runs_children ON workflow_runs (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE UNIQUE INDEX workflow_runs_idempotency ON workflow_runs (org, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE workflow_jobs (
    run_id         TEXT NOT NULL,
    step_id        TEXT NOT NULL,
    item           INTEGER NOT NULL DEFAULT -1,          -- index within forEach; -1 for a plain step or the loop itself
    action_type    TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN
                       ('queued', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'canceled')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    max_attempts   INTEGER NOT NULL DEFAULT 1,
    run_at         TEXT NOT NULL,
    output_json    TEXT,
    error_json     TEXT,
    state_json     TEXT,                                 -- what a waiting step needs to go on
    history_json   TEXT,                                 -- earlier attempts: [{attempt, startedAt, finishedAt, error}]
    created_at     TEXT NOT NULL,
    started_at     TEXT,
    finished_at    TEXT,
    PRIMARY KEY (run_id, step_id, item)
);
CREATE INDEX workflow_jobs_due ON workflow_jobs (run_at) WHERE status IN ('queued', 'waiting');
CREATE INDEX workflow_jobs_by_age ON workflow_jobs (created_at);

-- tx is always 0: SQLite has one writer at a time, so ids are given in commit order and the feed may read to the end.
CREATE TABLE workflow_events (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tx           INTEGER NOT NULL DEFAULT 0,
    run_id       TEXT NOT NULL,
    event_seq    INTEGER NOT NULL,
    org          TEXT NOT NULL,
    workflow     TEXT NOT NULL,
    type         TEXT NOT NULL,
    step_id      TEXT,
    item         INTEGER,
    attempt      INTEGER,
    payload_json TEXT NOT NULL DEFAULT '{}',
    created_at   TEXT NOT NULL,
    UNIQUE (run_id, event_seq)
);
CREATE INDEX workflow_events_feed ON workflow_events (tx, id) WHERE type NOT IN ('step_started', 'step_succeeded');
CREATE INDEX workflow_events_by_age ON workflow_events (created_at);

-- The counter of a run's events lives in its row, because every change that adds events updates that row anyway.
CREATE VIEW workflow_event_counters AS
    SELECT id AS run_id, event_seq AS last_seq FROM workflow_runs;

CREATE VIEW feed_events AS
    SELECT tx, id, run_id, event_seq, org, workflow, type, step_id, item, attempt, payload_json, created_at
    FROM workflow_events
    WHERE type NOT IN ('step_started', 'step_succeeded');

CREATE TABLE workflow_artifacts (
    id           TEXT PRIMARY KEY,
    run_id       TEXT NOT NULL,
    org          TEXT NOT NULL,
    step_id      TEXT NOT NULL,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    workdir      TEXT NOT NULL,
    path         TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    UNIQUE (run_id, name)
);
CREATE INDEX workflow_artifacts_by_age ON workflow_artifacts (created_at);

CREATE TABLE workflow_schema_version (version INTEGER NOT NULL);
INSERT INTO workflow_schema_version (version) VALUES (2);

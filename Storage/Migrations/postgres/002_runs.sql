-- Owner: RunnerService. Runs, jobs (one per step execution), the event journal and artifacts.
-- Indexes on changing columns are partial on live states, so that claiming costs the same after a million finished runs.
CREATE TABLE workflow_runs (
    id                uuid PRIMARY KEY,
    org               text NOT NULL,
    workflow          text NOT NULL,
    version           text NOT NULL,
    environment       text NOT NULL,
    status            text NOT NULL CHECK (status IN
                          ('queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'canceled', 'timed_out')),
    priority          smallint NOT NULL DEFAULT 0,
    mode              text NOT NULL DEFAULT 'queue' CHECK (mode IN ('queue', 'legacy')),
    mode_reason       text NOT NULL DEFAULT '',
    parameters_json   text NOT NULL DEFAULT '{}',
    labels_json       text,
    output_json       text,
    error_json        text,
    owner             text NOT NULL DEFAULT '',          -- who asked for it: token or user name
    idempotency_key   text,
    request_hash      text,                              -- of the request that first used the key
    traceparent       text,
    parent_run_id     uuid,
    parent_step_id    text,
    parent_item       integer,
    replay_of         uuid,
    concurrency_key   text,
    concurrency_limit integer,
    attempts          integer NOT NULL DEFAULT 0,        -- how often it started from the queue
    fence             bigint NOT NULL DEFAULT 0,         -- grows with every claim; a write with an older one changes nothing
    lease_owner       text,
    lease_until       timestamptz,
    run_at            timestamptz NOT NULL,              -- queued or waiting: due from then on
    next_attempt_at   timestamptz,                       -- set while a failed step waits for its next attempt
    waiting_reason    text,
    cancel_reason     text,                              -- set: cancel was asked for
    pause_requested   boolean NOT NULL DEFAULT false,
    wake              boolean NOT NULL DEFAULT false,      -- someone asked a leased run to come back at once when it waits
    admitted          boolean NOT NULL DEFAULT false,      -- holds its place under the concurrency limits until it ends
    depth             integer NOT NULL DEFAULT 0,        -- how many workflows deep
    trigger_name      text NOT NULL DEFAULT 'api',
    event_seq         integer NOT NULL DEFAULT 0,        -- the last event's number; see workflow_event_counters
    created_at        timestamptz NOT NULL,
    started_at        timestamptz,
    finished_at       timestamptz,
    CHECK ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'canceled', 'timed_out')))
) WITH (fillfactor = 80);
CREATE INDEX workflow_runs_by_org ON workflow_runs (org, workflow, id);
CREATE INDEX workflow_runs_queued ON workflow_runs (priority DESC, run_at) WHERE status = 'queued';
CREATE INDEX workflow_runs_waiting ON workflow_runs (run_at) WHERE status = 'waiting';
CREATE INDEX workflow_runs_leases ON workflow_runs (lease_until) WHERE status = 'running';
CREATE INDEX workflow_runs_concurrency ON workflow_runs (org, concurrency_key)
    WHERE concurrency_key IS NOT NULL AND status IN ('queued', 'running', 'waiting', 'paused');
CREATE INDEX workflow_runs_children ON workflow_runs (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE UNIQUE INDEX workflow_runs_idempotency ON workflow_runs (org, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE workflow_jobs (
    run_id         uuid NOT NULL,
    step_id        text NOT NULL,
    item           integer NOT NULL DEFAULT -1,          -- index within forEach; -1 for a plain step or the loop itself
    action_type    text NOT NULL,
    status         text NOT NULL CHECK (status IN
                       ('queued', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'canceled')),
    attempts       integer NOT NULL DEFAULT 0,
    max_attempts   integer NOT NULL DEFAULT 1,
    run_at         timestamptz NOT NULL,
    output_json    text,
    error_json     text,
    state_json     text,                                 -- what a waiting step needs to go on
    history_json   text,                                 -- earlier attempts: [{attempt, startedAt, finishedAt, error}]
    created_at     timestamptz NOT NULL,
    started_at     timestamptz,
    finished_at    timestamptz,
    PRIMARY KEY (run_id, step_id, item)
);
CREATE INDEX workflow_jobs_due ON workflow_jobs (run_at) WHERE status IN ('queued', 'waiting');
CREATE INDEX workflow_jobs_by_age ON workflow_jobs USING brin (created_at);

-- tx orders the feed: a reader stays below the oldest running transaction, so a row that commits late is never skipped.
CREATE TABLE workflow_events (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    run_id       uuid NOT NULL,
    event_seq    integer NOT NULL,
    org          text NOT NULL,
    workflow     text NOT NULL,
    type         text NOT NULL,
    step_id      text,
    item         integer,
    attempt      integer,
    payload_json text NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (run_id, event_seq)
);
CREATE INDEX workflow_events_feed ON workflow_events (tx, id) WHERE type NOT IN ('step_started', 'step_succeeded');
CREATE INDEX workflow_events_by_age ON workflow_events USING brin (created_at);

-- The counter of a run's events lives in its row, because every change that adds events updates that row anyway.
CREATE VIEW workflow_event_counters AS
    SELECT id AS run_id, event_seq AS last_seq FROM workflow_runs;

CREATE VIEW feed_events AS
    SELECT tx::text::bigint AS tx, id, run_id, event_seq, org, workflow, type, step_id, item, attempt, payload_json, created_at
    FROM workflow_events
    WHERE type NOT IN ('step_started', 'step_succeeded') AND tx < pg_snapshot_xmin(pg_current_snapshot());

CREATE TABLE workflow_artifacts (
    id           uuid PRIMARY KEY,
    run_id       uuid NOT NULL,
    org          text NOT NULL,
    step_id      text NOT NULL,
    name         text NOT NULL,
    content_type text NOT NULL,
    size_bytes   bigint NOT NULL,
    sha256       text NOT NULL,
    workdir      text NOT NULL,
    path         text NOT NULL,
    created_at   timestamptz NOT NULL,
    UNIQUE (run_id, name)
);
CREATE INDEX workflow_artifacts_by_age ON workflow_artifacts (created_at);

CREATE TABLE workflow_schema_version (version integer NOT NULL);
INSERT INTO workflow_schema_version (version) VALUES (2);

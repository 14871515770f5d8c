-- Owner: RunnerService. What starts runs without a person: schedules, their times, and internal events.

-- What the trigger was told (a webhook's body, an event's data), for expressions of the run.
ALTER TABLE workflow_runs ADD COLUMN event_json TEXT;

-- How far a schedule has come. A row exists while an active version has the schedule.
CREATE TABLE trigger_schedules (
    org          TEXT NOT NULL,
    workflow     TEXT NOT NULL,
    environment  TEXT NOT NULL,
    trigger_key  TEXT NOT NULL,
    next_fire_at TEXT NOT NULL,
    touched_at   TEXT NOT NULL,
    PRIMARY KEY (org, workflow, environment, trigger_key)
);

-- One row per time of a schedule, written in the transaction that moves next_fire_at past it: no time is met twice, none is lost.
CREATE TABLE trigger_firings (
    id            TEXT PRIMARY KEY,
    org           TEXT NOT NULL,
    workflow      TEXT NOT NULL,
    environment   TEXT NOT NULL,
    trigger_key   TEXT NOT NULL,
    fire_at       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('pending', 'started', 'skipped', 'failed')),
    reason        TEXT,
    run_id        TEXT,
    claim         TEXT,
    claimed_until TEXT NOT NULL,
    UNIQUE (org, workflow, environment, trigger_key, fire_at)
);
CREATE INDEX trigger_firings_pending ON trigger_firings (claimed_until, fire_at) WHERE status = 'pending';
CREATE INDEX trigger_firings_by_age ON trigger_firings (fire_at);

-- Internal events that were taken in; runs_json is null until every run is started, so that a repeat finishes what a crash broke off.
CREATE TABLE trigger_events (
    org          TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    type         TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    runs_json    TEXT,
    received_at  TEXT NOT NULL,
    PRIMARY KEY (org, event_id)
);
CREATE INDEX trigger_events_by_age ON trigger_events (received_at);

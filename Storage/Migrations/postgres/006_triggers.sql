-- Owner: RunnerService. What starts runs without a person: schedules, their times, and internal events.

-- What the trigger was told (a webhook's body, an event's data), for expressions of the run.
ALTER TABLE workflow_runs ADD COLUMN event_json text;

-- How far a schedule has come. A row exists while an active version has the schedule.
CREATE TABLE trigger_schedules (
    org          text NOT NULL,
    workflow     text NOT NULL,
    environment  text NOT NULL,
    trigger_key  text NOT NULL,
    next_fire_at timestamptz NOT NULL,
    touched_at   timestamptz NOT NULL,
    PRIMARY KEY (org, workflow, environment, trigger_key)
);

-- One row per time of a schedule, written in the transaction that moves next_fire_at past it: no time is met twice, none is lost.
CREATE TABLE trigger_firings (
    id            uuid PRIMARY KEY,
    org           text NOT NULL,
    workflow      text NOT NULL,
    environment   text NOT NULL,
    trigger_key   text NOT NULL,
    fire_at       timestamptz NOT NULL,
    status        text NOT NULL CHECK (status IN ('pending', 'started', 'skipped', 'failed')),
    reason        text,
    run_id        uuid,
    claim         uuid,
    claimed_until timestamptz NOT NULL,
    UNIQUE (org, workflow, environment, trigger_key, fire_at)
);
CREATE INDEX trigger_firings_pending ON trigger_firings (claimed_until, fire_at) WHERE status = 'pending';
CREATE INDEX trigger_firings_by_age ON trigger_firings (fire_at);

-- Internal events that were taken in; runs_json is null until every run is started, so that a repeat finishes what a crash broke off.
CREATE TABLE trigger_events (
    org          text NOT NULL,
    event_id     text NOT NULL,
    type         text NOT NULL,
    request_hash text NOT NULL,
    runs_json    text,
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (org, event_id)
);
CREATE INDEX trigger_events_by_age ON trigger_events (received_at);

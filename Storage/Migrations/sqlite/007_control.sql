-- Owner: RunnerService. Who may run how much: rules changed at run time, places under limits, and workers that are to take nothing more.
-- needs_place: the run may not be claimed before it is admitted. Almost no run needs that, so the claim looks at two columns of the row only.
ALTER TABLE workflow_runs ADD COLUMN needs_place INTEGER NOT NULL DEFAULT 0;
DROP INDEX workflow_runs_queued;
CREATE INDEX workflow_runs_queued ON workflow_runs (priority DESC, run_at) WHERE status = 'queued' AND (admitted OR NOT needs_place);
CREATE INDEX workflow_runs_held ON workflow_runs (org, priority DESC, run_at)
    WHERE needs_place AND NOT admitted AND status IN ('queued', 'waiting');
CREATE INDEX workflow_runs_places ON workflow_runs (org, workflow, concurrency_key)
    WHERE admitted AND status IN ('queued', 'running', 'waiting', 'paused');

-- workflow '' = the whole organization; org '*' = every organization that has no rule of its own, and for paused the whole queue.
CREATE TABLE admission_rules (
    org               TEXT NOT NULL,
    workflow          TEXT NOT NULL DEFAULT '',
    max_runs          INTEGER CHECK (max_runs > 0),
    starts_per_minute INTEGER CHECK (starts_per_minute > 0),
    weight            INTEGER NOT NULL DEFAULT 1 CHECK (weight > 0),
    paused            INTEGER NOT NULL DEFAULT 0,
    when_full         TEXT NOT NULL DEFAULT 'wait' CHECK (when_full IN ('wait', 'refuse')),
    updated_by        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    PRIMARY KEY (org, workflow)
);

-- One row per organization with limits: locked while places are given out, so that two processes never give the same one.
CREATE TABLE admission_gates (
    org        TEXT PRIMARY KEY,
    turn       INTEGER NOT NULL DEFAULT 0,
    next_start TEXT                                -- the rate limit's clock: the instant that the starts so far are worth
);

CREATE TABLE worker_drains (
    worker       TEXT PRIMARY KEY,
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL
);

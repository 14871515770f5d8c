-- Owner: RunnerService. What no run row can tell: requests to create a run, and those that the queue refused, for a refused run leaves no row.
-- One row per organization and minute; the writer removes what is older than the longest window of GET /metrics.
CREATE TABLE run_counters (
    org               text NOT NULL,
    minute            timestamptz NOT NULL,
    create_requests   bigint NOT NULL DEFAULT 0,
    queue_unavailable bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org, minute)
);
CREATE INDEX run_counters_by_age ON run_counters (minute);

-- Owner: Storage (one audit writer for every service). An entry commits with the change it describes.
-- The entries of an org form a chain: hash covers the entry and prev_hash, seq has no gap.
CREATE TABLE audit_logs (
    id          TEXT PRIMARY KEY,
    org         TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    token_id    TEXT,
    action      TEXT NOT NULL,
    resource    TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN
                    ('ok', 'denied', 'missing_token', 'invalid_token', 'insufficient_scope', 'failed')),
    detail_json TEXT,                                    -- before/after, reason, count
    ip          TEXT,
    trace_id    TEXT,
    created_at  TEXT NOT NULL,
    prev_hash   TEXT NOT NULL,
    hash        TEXT NOT NULL,
    UNIQUE (org, seq)
);
CREATE INDEX audit_logs_by_age ON audit_logs (org, created_at);

-- The chain's end per org; locking its row is what keeps two writers from taking the same seq.
CREATE TABLE audit_heads (
    org   TEXT PRIMARY KEY,
    seq   INTEGER NOT NULL,
    hash  TEXT NOT NULL
);

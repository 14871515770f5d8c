-- Owner: Storage (one audit writer for every service). An entry commits with the change it describes.
-- The entries of an org form a chain: hash covers the entry and prev_hash, seq has no gap.
CREATE TABLE audit_logs (
    id          uuid PRIMARY KEY,
    org         text NOT NULL,
    seq         bigint NOT NULL,
    actor       text NOT NULL,
    token_id    text,
    action      text NOT NULL,
    resource    text NOT NULL,
    status      text NOT NULL CHECK (status IN
                    ('ok', 'denied', 'missing_token', 'invalid_token', 'insufficient_scope', 'failed')),
    detail_json text,                                    -- before/after, reason, count
    ip          text,
    trace_id    text,
    created_at  timestamptz NOT NULL,
    prev_hash   text NOT NULL,
    hash        text NOT NULL,
    UNIQUE (org, seq)
);
CREATE INDEX audit_logs_by_age ON audit_logs (org, created_at);

-- The chain's end per org; locking its row is what keeps two writers from taking the same seq.
CREATE TABLE audit_heads (
    org   text PRIMARY KEY,
    seq   bigint NOT NULL,
    hash  text NOT NULL
);

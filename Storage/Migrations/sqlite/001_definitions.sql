-- Owner: DefinitionsService. Organizations, workflows, immutable versions, and the version active per environment.
CREATE TABLE organizations (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    created_at  TEXT NOT NULL
);
INSERT INTO organizations (id, name, created_at) VALUES ('default', 'Default', strftime('%Y-%m-%dT%H:%M:%f0000+00:00', 'now'));

CREATE TABLE workflows (
    org            TEXT NOT NULL REFERENCES organizations (id),
    slug           TEXT NOT NULL,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL DEFAULT '',
    owner          TEXT NOT NULL DEFAULT '',
    risk           TEXT NOT NULL DEFAULT 'low' CHECK (risk IN ('low', 'medium', 'high')),
    labels_json    TEXT NOT NULL DEFAULT '{}',
    search_text    TEXT NOT NULL DEFAULT '',
    latest_version TEXT NOT NULL,
    revision       INTEGER NOT NULL DEFAULT 1,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    PRIMARY KEY (org, slug)
);
CREATE INDEX workflows_by_owner ON workflows (org, owner, slug);

CREATE TABLE workflow_labels (
    org    TEXT NOT NULL,
    slug   TEXT NOT NULL,
    label  TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (org, label, value, slug),
    FOREIGN KEY (org, slug) REFERENCES workflows (org, slug)
);
CREATE INDEX workflow_labels_by_workflow ON workflow_labels (org, slug);

CREATE TABLE workflow_definitions (
    org          TEXT NOT NULL,
    slug         TEXT NOT NULL,
    version      TEXT NOT NULL,
    version_sort TEXT NOT NULL,
    prerelease   TEXT NOT NULL DEFAULT '',
    digest       TEXT NOT NULL,
    document     TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (org, slug, version),
    FOREIGN KEY (org, slug) REFERENCES workflows (org, slug)
);
CREATE UNIQUE INDEX workflow_definitions_by_precedence ON workflow_definitions (org, slug, version_sort);

CREATE TABLE workflow_environments (
    org          TEXT NOT NULL,
    slug         TEXT NOT NULL,
    environment  TEXT NOT NULL,
    version      TEXT NOT NULL,
    digest       TEXT NOT NULL,
    activated_by TEXT NOT NULL,
    activated_at TEXT NOT NULL,
    PRIMARY KEY (org, slug, environment),
    FOREIGN KEY (org, slug, version) REFERENCES workflow_definitions (org, slug, version)
);

CREATE VIEW feed_workflow_versions AS
    SELECT org, slug, version, digest, document, created_at FROM workflow_definitions;
CREATE VIEW feed_active_versions AS
    SELECT org, slug, environment, version, digest, activated_at FROM workflow_environments;
CREATE VIEW feed_organizations AS
    SELECT id, name FROM organizations;

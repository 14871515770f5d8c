-- Owner: DefinitionsService. Organizations, workflows, immutable versions, and the version active per environment.
-- Keys that are paged or ranged over are COLLATE "C": lists come in the same order here and on SQLite, whatever the server's locale.
CREATE TABLE organizations (
    id          text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    created_at  timestamptz NOT NULL
);
INSERT INTO organizations (id, name, created_at) VALUES ('default', 'Default', now());

CREATE TABLE workflows (
    org            text COLLATE "C" NOT NULL REFERENCES organizations (id),
    slug           text COLLATE "C" NOT NULL,
    name           text NOT NULL,
    description    text NOT NULL DEFAULT '',
    owner          text NOT NULL DEFAULT '',
    risk           text NOT NULL DEFAULT 'low' CHECK (risk IN ('low', 'medium', 'high')),
    labels_json    text NOT NULL DEFAULT '{}',
    search_text    text NOT NULL DEFAULT '',           -- slug, name, description and owner in lower case
    latest_version text NOT NULL,
    revision       bigint NOT NULL DEFAULT 1,          -- the ETag
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (org, slug)
);
CREATE INDEX workflows_by_owner ON workflows (org, owner, slug);

-- The labels of the latest version, one row each, so that filtering by label reads an index.
CREATE TABLE workflow_labels (
    org    text COLLATE "C" NOT NULL,
    slug   text COLLATE "C" NOT NULL,
    label  text NOT NULL,
    value  text NOT NULL,
    PRIMARY KEY (org, label, value, slug),
    FOREIGN KEY (org, slug) REFERENCES workflows (org, slug)
);
CREATE INDEX workflow_labels_by_workflow ON workflow_labels (org, slug);

-- One row per version, never updated. document is canonical JSON as text: jsonb would re-space it and break the digest.
CREATE TABLE workflow_definitions (
    org          text COLLATE "C" NOT NULL,
    slug         text COLLATE "C" NOT NULL,
    version      text NOT NULL,
    version_sort text COLLATE "C" NOT NULL,            -- SemVer precedence as ordinal text
    prerelease   text NOT NULL DEFAULT '',             -- 'beta.1' of 1.0.0-beta.1: it makes no promise of compatibility
    digest       text NOT NULL,                        -- sha256:<hex> of document
    document     text NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org, slug, version),
    FOREIGN KEY (org, slug) REFERENCES workflows (org, slug)
);
CREATE UNIQUE INDEX workflow_definitions_by_precedence ON workflow_definitions (org, slug, version_sort);

CREATE TABLE workflow_environments (
    org          text COLLATE "C" NOT NULL,
    slug         text COLLATE "C" NOT NULL,
    environment  text NOT NULL,
    version      text NOT NULL,
    digest       text NOT NULL,
    activated_by text NOT NULL,
    activated_at timestamptz NOT NULL,
    PRIMARY KEY (org, slug, environment),
    FOREIGN KEY (org, slug, version) REFERENCES workflow_definitions (org, slug, version)
);

CREATE VIEW feed_workflow_versions AS
    SELECT org, slug, version, digest, document, created_at FROM workflow_definitions;
CREATE VIEW feed_active_versions AS
    SELECT org, slug, environment, version, digest, activated_at FROM workflow_environments;
CREATE VIEW feed_organizations AS
    SELECT id, name FROM organizations;

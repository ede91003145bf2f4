-- Times are milliseconds since 1970 UTC. What is asked for by itself has a column; the rest of a machine is its document.
CREATE TABLE machines (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    hostname    TEXT NOT NULL UNIQUE,
    domain      TEXT NOT NULL,
    status      INTEGER NOT NULL,
    power_state INTEGER NOT NULL,
    owner       TEXT,
    token_key   TEXT,
    agent_name  TEXT NOT NULL,
    zone        TEXT NOT NULL,
    pool        TEXT NOT NULL,
    deadline    INTEGER,
    version     INTEGER NOT NULL,
    document    TEXT NOT NULL
) STRICT;
CREATE INDEX machines_by_status ON machines (status);
CREATE INDEX machines_by_owner ON machines (owner) WHERE owner IS NOT NULL;
CREATE INDEX machines_by_deadline ON machines (deadline) WHERE deadline IS NOT NULL;

CREATE TABLE machine_macs (
    mac     TEXT PRIMARY KEY,
    machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_macs_by_machine ON machine_macs (machine);

CREATE TABLE machine_tags (
    tag     TEXT NOT NULL,
    machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, machine)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_tags_by_machine ON machine_tags (machine);

CREATE TABLE user_data (
    machine TEXT PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
    body    BLOB NOT NULL
) STRICT;

CREATE TABLE tags (
    name           TEXT PRIMARY KEY,
    comment        TEXT NOT NULL,
    kernel_options TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The queue of power actions. A row goes when its outcome is recorded on the machine, in one transaction.
CREATE TABLE effects (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    machine       TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    action        INTEGER NOT NULL,
    finishes      INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    due           INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL
) STRICT;
CREATE INDEX effects_by_machine ON effects (machine, id);

CREATE TABLE events (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    machine      TEXT,
    hostname     TEXT NOT NULL,
    operation_id TEXT,
    level        INTEGER NOT NULL,
    type         TEXT NOT NULL,
    description  TEXT NOT NULL,
    username     TEXT
) STRICT;
CREATE INDEX events_by_machine ON events (machine, id);

CREATE TABLE observations (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    mac  TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX observations_by_mac ON observations (mac, id);

CREATE TABLE users (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL UNIQUE,
    email            TEXT NOT NULL,
    is_administrator INTEGER NOT NULL,
    password_hash    TEXT NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    consumer_key TEXT NOT NULL,
    token_key    TEXT NOT NULL UNIQUE,
    token_secret TEXT NOT NULL
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

CREATE TABLE ssh_keys (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    owner  TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    source TEXT,
    UNIQUE (owner, key)
) STRICT;

CREATE TABLE node_tokens (
    machine      TEXT PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
    consumer_key TEXT NOT NULL,
    token_key    TEXT NOT NULL UNIQUE,
    token_secret TEXT NOT NULL
) STRICT;

CREATE TABLE boot_tokens (
    hash    BLOB PRIMARY KEY,
    machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    address TEXT,
    issued  INTEGER NOT NULL,
    used    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX boot_tokens_by_machine ON boot_tokens (machine, issued);

CREATE TABLE nonces (
    token_key    TEXT NOT NULL,
    consumer_key TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    expires      INTEGER NOT NULL,
    PRIMARY KEY (token_key, consumer_key, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);

CREATE TABLE script_results (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    machine      TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    operation_id TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    name         TEXT NOT NULL,
    status       INTEGER NOT NULL,
    exit_status  INTEGER,
    started      INTEGER,
    ended        INTEGER,
    timeout      INTEGER NOT NULL,
    combined     BLOB,
    output       BLOB,
    error        BLOB
) STRICT;
CREATE INDEX script_results_by_machine ON script_results (machine, operation_id, id);

CREATE TABLE boot_resources (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    architecture TEXT NOT NULL,
    title        TEXT NOT NULL,
    base_image   TEXT NOT NULL,
    created      INTEGER NOT NULL,
    UNIQUE (name, architecture)
) STRICT;

-- Bytes are known by their hash and belong to every file that has it.
CREATE TABLE image_contents (
    sha256   TEXT PRIMARY KEY,
    size     INTEGER NOT NULL,
    received INTEGER NOT NULL,
    complete INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE boot_resource_files (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    resource  INTEGER NOT NULL REFERENCES boot_resources (id) ON DELETE CASCADE,
    version   TEXT NOT NULL,
    file_type TEXT NOT NULL,
    sha256    TEXT NOT NULL REFERENCES image_contents (sha256),
    UNIQUE (resource, version)
) STRICT;
CREATE INDEX boot_resource_files_by_hash ON boot_resource_files (sha256);

CREATE TABLE files (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    key     TEXT NOT NULL UNIQUE,
    content BLOB NOT NULL,
    UNIQUE (owner, name)
) STRICT;
CREATE INDEX files_by_name ON files (name, id);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

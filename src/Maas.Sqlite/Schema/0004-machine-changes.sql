-- The change history of machines: one row for each version of a machine, and one for its deletion.
CREATE TABLE machine_changes (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    machine      TEXT NOT NULL,
    version      INTEGER NOT NULL,
    from_status  INTEGER,
    to_status    INTEGER,
    operation_id TEXT
) STRICT;

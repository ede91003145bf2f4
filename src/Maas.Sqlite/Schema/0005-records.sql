-- Tables of records are made from their declarations; this has the declaration that each was made by.
CREATE TABLE record_tables (
    name        TEXT PRIMARY KEY,
    declaration TEXT NOT NULL
) STRICT;

-- Raised by each change of a record that is shown with machines.
CREATE TABLE record_epoch (
    value INTEGER NOT NULL
) STRICT;
INSERT INTO record_epoch (value) VALUES (0);

-- The highest number of a change that was deleted from the history; no row for none. What an earlier version has deleted ends where its
-- history begins.
CREATE TABLE deleted_changes (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO deleted_changes SELECT 1, min(number) - 1 FROM machine_changes HAVING min(number) > 1;

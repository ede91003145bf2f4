-- The highest number of a change that was deleted from the history; no row for none. A number that is missing may as well be that of a
-- transaction that was not committed, which a reader has not missed. What an earlier version has deleted ends where its history begins.
CREATE TABLE deleted_changes (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO deleted_changes SELECT 1, min(number) - 1 FROM machine_changes HAVING min(number) > 1;

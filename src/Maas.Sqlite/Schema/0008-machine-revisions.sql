-- What is shown of a machine depends on its version and on the results of its scripts. A list reads both without the documents.
ALTER TABLE machines ADD COLUMN results INTEGER NOT NULL DEFAULT 0;
CREATE INDEX machines_revisions ON machines(number, id, version, results, owner);

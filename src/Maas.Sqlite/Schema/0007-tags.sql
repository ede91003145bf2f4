-- Tags are a table of records. Its declaration differs from the one that is expected, so that its indexes are made when it is prepared.
ALTER TABLE tags RENAME TO tags_before;
CREATE TABLE "tags" (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    version  INTEGER NOT NULL,
    document TEXT NOT NULL,
    "name"   TEXT
) STRICT;
INSERT INTO tags (version, document, name)
    SELECT 1, json_object('Name', name, 'Comment', comment, 'KernelOptions', kernel_options, 'Definition', ''), name
    FROM tags_before ORDER BY name;
DROP TABLE tags_before;
INSERT INTO record_tables (name, declaration) VALUES ('tags', 'migrated');

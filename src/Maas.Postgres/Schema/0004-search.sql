-- The text in which machines are searched. The rows of earlier versions get theirs when the store is opened.
ALTER TABLE machines ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX machines_unsearchable ON machines (number) WHERE search = '';

-- The actions that are due first are claimed first, however many are queued.
CREATE INDEX effects_by_due ON effects (due, id);

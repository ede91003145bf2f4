-- The text in which machines are searched, and an index that has it in the order of host names with what lists are filtered by: a page
-- of a search is found in the index alone. The rows of earlier versions get their text when the store is opened.
ALTER TABLE machines ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX machines_search ON machines (hostname, search, id, status, power_state, owner, domain, zone, pool);
CREATE INDEX machines_unsearchable ON machines (number) WHERE search = '';

-- Expired tokens are deleted whenever one is issued.
CREATE INDEX boot_tokens_by_time ON boot_tokens (issued);

-- The actions that are due first are claimed first, however many are queued.
CREATE INDEX effects_by_due ON effects (due, id);

-- The number of the claim under which an action is performed: the outcome of an earlier one does not count.
ALTER TABLE effects ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;

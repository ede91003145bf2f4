-- A result that an administrator decided does not count.
ALTER TABLE script_results ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;

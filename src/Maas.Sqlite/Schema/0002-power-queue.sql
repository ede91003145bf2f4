-- A power action that is under way cannot be called back. Withdrawn, its outcome counts for nothing, and while it lasts nobody
-- else acts on that machine.
ALTER TABLE effects ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- Why the last attempt failed, for whoever reads that the machine was not heard of in time.
ALTER TABLE effects ADD COLUMN failure TEXT;

-- Whether it is sent again because nobody can tell whether the last one was heard.
ALTER TABLE effects ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;

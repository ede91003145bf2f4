-- What a script was when its run was scheduled, as JSON, and what it wrote to its results file.
ALTER TABLE script_results ADD COLUMN script TEXT NOT NULL DEFAULT '{}';
ALTER TABLE script_results ADD COLUMN report BLOB;

-- Whose machine an event is about, as of its writing: it stays that user's to read when the machine is another's, or nobody's, or gone.
-- Of older events nobody knows; they go to the machine's present owner, else to the user who caused them.
ALTER TABLE events ADD COLUMN owner TEXT;
UPDATE events SET owner = coalesce((SELECT m.owner FROM machines m WHERE m.id = events.machine), username) WHERE machine IS NOT NULL;

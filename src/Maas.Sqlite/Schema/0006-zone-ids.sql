-- Zones and pools are records: machines refer to them by id. There was one of each, whose id is 1.
UPDATE machines SET zone = '1', pool = '1';

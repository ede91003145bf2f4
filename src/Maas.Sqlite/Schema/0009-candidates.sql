-- What an allocation compares has columns, and the machines that it chooses from an index that has all of them, the smallest first.
ALTER TABLE machines ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machines ADD COLUMN architecture TEXT NOT NULL DEFAULT '';
ALTER TABLE machines ADD COLUMN cpu_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machines ADD COLUMN memory INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machines ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machines ADD COLUMN disk_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE machines SET
    locked = coalesce(document ->> 'Locked', 0),
    architecture = coalesce(document ->> 'Architecture', 'amd64/generic'),
    cpu_count = coalesce(document ->> 'CpuCount', 0),
    memory = coalesce(document ->> 'MemoryMiB', 0),
    cost = coalesce(document ->> 'CpuCount', 0) * 1024 + coalesce(document ->> 'MemoryMiB', 0),
    disk_bytes = coalesce((
        SELECT CAST(min(total(disk.value ->> 'Size'), 4611686018427387903.0) AS INTEGER)
        FROM json_each(machines.document, '$.Hardware.Disks') AS disk), 0);
CREATE INDEX machines_candidates ON machines (
    cost, disk_bytes, number, id, architecture, cpu_count, memory, zone, pool, hostname, domain
) WHERE status = 4 AND locked = 0 AND owner IS NULL;

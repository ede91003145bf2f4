-- The IPv4 leases of all hosts' DHCP servers, one row for each address: two hosts cannot lease one address to two clients. A row changes
-- hands when held_until has passed, or when the host that has it in its reserve leases it.
CREATE TABLE dhcp_leases (
    address       BIGINT PRIMARY KEY,          -- as a number
    client        BYTEA NOT NULL,              -- the client's identifier; empty for none
    hardware_type SMALLINT NOT NULL,
    hardware      BYTEA NOT NULL,
    state         SMALLINT NOT NULL,           -- 1 bound, 2 released, 3 quarantined
    since         BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    held_until    BIGINT NOT NULL,
    host_name     TEXT COLLATE "C",
    rule          TEXT COLLATE "C",
    relay         BIGINT NOT NULL,             -- 0 for none
    reserve       UUID,                        -- the host whose reserve it is in
    writer        UUID NOT NULL,               -- the host that wrote the row
    change        BIGINT NOT NULL              -- the transaction that wrote it
) WITH (fillfactor = 80);
CREATE INDEX dhcp_leases_by_change ON dhcp_leases (change);
CREATE INDEX dhcp_leases_by_reserve ON dhcp_leases (reserve) WHERE reserve IS NOT NULL;

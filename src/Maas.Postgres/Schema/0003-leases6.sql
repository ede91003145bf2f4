-- The IPv6 leases of all hosts' DHCPv6 servers; the columns are those of dhcp_leases.
CREATE TABLE dhcp6_leases (
    address       BYTEA PRIMARY KEY,           -- 16 octets
    client        BYTEA NOT NULL,              -- the client's DUID and, in four octets, its IAID; empty for none
    hardware_type SMALLINT NOT NULL,           -- 0 where the hardware address is not known
    hardware      BYTEA NOT NULL,
    state         SMALLINT NOT NULL,           -- 1 bound, 2 released, 3 quarantined
    since         BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    held_until    BIGINT NOT NULL,
    rule          TEXT COLLATE "C",
    reserve       UUID,                        -- the host whose reserve it is in
    writer        UUID NOT NULL,               -- the host that wrote the row
    change        BIGINT NOT NULL              -- the transaction that wrote it
) WITH (fillfactor = 80);
CREATE INDEX dhcp6_leases_by_change ON dhcp6_leases (change);
CREATE INDEX dhcp6_leases_by_reserve ON dhcp6_leases (reserve) WHERE reserve IS NOT NULL;
-- An address of a reserve has no relay.
ALTER TABLE dhcp_leases ALTER COLUMN relay SET DEFAULT 0;

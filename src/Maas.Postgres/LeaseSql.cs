namespace Maas.Postgres;

/// <summary>
/// The statements of <see cref="PostgresLeaseStore"/>. Each is a transaction of its own and locks rows in the order of addresses.
/// </summary>
internal static class LeaseSql
{
    /// <summary>Where the next reading begins, and the time.</summary>
    public const string Position = $"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, {Now}";

    /// <summary>What other hosts have written since a position.</summary>
    public const string Changes = $"SELECT {Columns} FROM dhcp_leases WHERE change >= @after AND (@after = 0 OR writer <> @server)";

    /// <summary>Addresses.</summary>
    public const string Find = $"SELECT {Columns} FROM dhcp_leases WHERE address = ANY(@addresses)";

    /// <summary>A host's reserve.</summary>
    public const string Reserve = $"SELECT {Columns} FROM dhcp_leases WHERE reserve = @server";

    /// <summary>
    /// Writes leases: those of the same clients, those of the host's reserve, and those of addresses that are free. Returns what it wrote.
    /// </summary>
    public const string Write =
        $"""
        INSERT INTO dhcp_leases AS l
            (address, client, hardware_type, hardware, state, since, expires_at, held_until, host_name, rule, relay,
            reserve, writer, change)
        SELECT i.address, i.client, i.hardware_type, i.hardware, i.state, i.since, i.expires_at, i.held_until, i.host_name, i.rule, i.relay,
            NULL, @server, {Transaction}
        FROM unnest(
            @address, @client, @hardware_type, @hardware, @state, @since, @expires_at, @held_until, @host_name, @rule, @relay)
            AS i (address, client, hardware_type, hardware, state, since, expires_at, held_until, host_name, rule, relay)
        ORDER BY i.address
        ON CONFLICT (address) DO UPDATE SET
            client = excluded.client, hardware_type = excluded.hardware_type, hardware = excluded.hardware, state = excluded.state,
            since = excluded.since, expires_at = excluded.expires_at,
            held_until = CASE WHEN l.reserve IS NULL AND l.client = excluded.client
                THEN greatest(l.held_until, excluded.held_until) ELSE excluded.held_until END,
            host_name = excluded.host_name, rule = excluded.rule, relay = excluded.relay,
            reserve = NULL, writer = excluded.writer, change = excluded.change
        WHERE (l.reserve IS NULL AND l.client = excluded.client AND l.state <> 3) OR l.reserve = @server OR l.held_until < {Now}
        RETURNING address
        """;

    /// <summary>Keeps a host's reserve.</summary>
    public const string Keep =
        $"""
        UPDATE dhcp_leases SET held_until = {Now} + @duration, writer = @server, change = {Transaction}
        FROM (SELECT address AS own FROM dhcp_leases WHERE reserve = @server ORDER BY address FOR UPDATE) AS o
        WHERE address = o.own AND reserve = @server
        """;

    /// <summary>Adds free addresses to a host's reserve.</summary>
    public const string Claim =
        $"""
        INSERT INTO dhcp_leases AS l
            (address, client, hardware_type, hardware, state, since, expires_at, held_until, host_name, rule, relay,
            reserve, writer, change)
        SELECT i.address, ''::bytea, 0, ''::bytea, 2, {Now}, {Now}, {Now} + @duration, NULL, NULL, 0, @server, @server, {Transaction}
        FROM unnest(@addresses) AS i (address)
        ORDER BY i.address
        ON CONFLICT (address) DO UPDATE SET
            client = excluded.client, hardware_type = excluded.hardware_type, hardware = excluded.hardware, state = excluded.state,
            since = excluded.since, expires_at = excluded.expires_at, held_until = excluded.held_until,
            host_name = excluded.host_name, rule = excluded.rule, relay = excluded.relay,
            reserve = excluded.reserve, writer = excluded.writer, change = excluded.change
        WHERE l.held_until < {Now}
        """;

    /// <summary>Gives back a host's reserve.</summary>
    public const string Release =
        $"""
        UPDATE dhcp_leases SET held_until = 0, reserve = NULL, writer = @server, change = {Transaction}
        FROM (SELECT address AS own FROM dhcp_leases WHERE reserve = @server ORDER BY address FOR UPDATE) AS o
        WHERE address = o.own AND reserve = @server
        """;

    private const string Columns =
        "address, client, hardware_type, hardware, state, since, expires_at, held_until, host_name, rule, relay, reserve";

    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    private const string Transaction = "pg_current_xact_id()::text::bigint";
}

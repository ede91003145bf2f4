namespace Maas.Postgres;

/// <summary>
/// The statements of a table of leases. Each is a transaction of its own and locks rows in the order of addresses.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="ownColumns">The columns that leases of this table have beside <see cref="Common"/>.</param>
internal sealed class LeaseSql(string table, params string[] ownColumns)
{
    /// <summary>Where the next reading begins, and the time.</summary>
    public const string Position = $"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, {Now}";

    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    private const string Transaction = "pg_current_xact_id()::text::bigint";

    /// <summary>The columns that each lease has, in the order in which they are read. The lease's own follow, and the reserve.</summary>
    public static readonly string[] Common =
        ["address", "client", "hardware_type", "hardware", "state", "since", "expires_at", "held_until", "rule"];

    private readonly string _columns = string.Join(", ", [.. Common, .. ownColumns]);

    /// <summary>What other hosts have written since a position.</summary>
    public string Changes => field ??= $"{Select} WHERE change >= @after AND (@after = 0 OR writer <> @server)";

    /// <summary>Addresses.</summary>
    public string Find => field ??= $"{Select} WHERE address = ANY(@addresses)";

    /// <summary>A host's reserve.</summary>
    public string Reserve => field ??= $"{Select} WHERE reserve = @server";

    /// <summary>
    /// Writes leases: those of the same clients, those of the host's reserve, and those of addresses that are free. Returns what it wrote.
    /// </summary>
    public string Write => field ??=
        $"""
        INSERT INTO {table} AS l ({_columns}, reserve, writer, change)
        SELECT {_columns}, NULL, @server, {Transaction}
        FROM unnest(@{_columns.Replace(", ", ", @", StringComparison.Ordinal)}) AS i ({_columns})
        ORDER BY address
        ON CONFLICT (address) DO UPDATE SET
            held_until = CASE WHEN l.reserve IS NULL AND l.client = excluded.client
                THEN greatest(l.held_until, excluded.held_until) ELSE excluded.held_until END,
            {Excluded}
        WHERE (l.reserve IS NULL AND l.client = excluded.client AND l.state <> 3) OR l.reserve = @server OR l.held_until < {Now}
        RETURNING address
        """;

    /// <summary>Keeps a host's reserve.</summary>
    public string Keep => field ??=
        $"""
        UPDATE {table} SET held_until = {Now} + @duration, writer = @server, change = {Transaction}
        FROM (SELECT address AS own FROM {table} WHERE reserve = @server ORDER BY address FOR UPDATE) AS o
        WHERE address = o.own AND reserve = @server
        """;

    /// <summary>Adds free addresses to a host's reserve.</summary>
    public string Claim => field ??=
        $"""
        INSERT INTO {table} AS l ({string.Join(", ", Common)}, reserve, writer, change)
        SELECT i.address, ''::bytea, 0, ''::bytea, 2, {Now}, {Now}, {Now} + @duration, NULL, @server, @server, {Transaction}
        FROM unnest(@addresses) AS i (address)
        ORDER BY i.address
        ON CONFLICT (address) DO UPDATE SET held_until = excluded.held_until, {Excluded}
        WHERE l.held_until < {Now}
        """;

    /// <summary>Gives back addresses of a host's reserve that are held no longer than it knows.</summary>
    public string Release => field ??=
        $"""
        UPDATE {table} SET held_until = 0, reserve = NULL, writer = @server, change = {Transaction}
        FROM (
            SELECT l.address AS own FROM {table} AS l JOIN unnest(@addresses, @held) AS i (address, held) ON l.address = i.address
            WHERE l.reserve = @server AND l.held_until <= i.held
            ORDER BY l.address FOR UPDATE OF l) AS o
        WHERE address = o.own AND reserve = @server
        """;

    private string Select => $"SELECT {_columns}, reserve FROM {table}";

    // Everything of the row that would have been inserted, but the address and the end of its hold.
    private string Excluded => string.Join(
        ", ", ((string[])[.. Common, .. ownColumns, "reserve", "writer", "change"]).Except(["address", "held_until"])
            .Select(column => $"{column} = excluded.{column}"));
}

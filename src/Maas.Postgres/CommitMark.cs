namespace Maas.Postgres;

/// <summary>What a transaction leaves in the database, so that it can be found out whether it was committed.</summary>
/// <param name="Connection">The name of the host's connection, which is never used again.</param>
/// <param name="Number">The transaction among those of the connection.</param>
/// <param name="Transaction">PostgreSQL's number of the transaction. After a crash of the server it may be assigned again.</param>
internal sealed record CommitMark(string Connection, long Number, long Transaction)
{
    /// <summary>Leaves the mark, within the transaction.</summary>
    public const string Write =
        """
        INSERT INTO commit_marks (connection, number, at)
        VALUES (@connection, @number, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        ON CONFLICT (connection) DO UPDATE SET number = excluded.number, at = excluded.at
        """;

    /// <summary>Finds the mark.</summary>
    public const string Find = "SELECT count(*) FROM commit_marks WHERE connection = @connection AND number = @number";

    /// <summary>Deletes the marks of hosts that are gone.</summary>
    public const string DeleteOld =
        "DELETE FROM commit_marks WHERE at < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 7 * 86400 * 1000";
}

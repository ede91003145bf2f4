using Npgsql;

namespace Maas.Postgres;

/// <summary>Waits for the notifications by which hosts wake each other when they have leased an address.</summary>
/// <param name="connection">Its connection.</param>
/// <param name="channel">The channel.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PostgresLeaseListener(PostgresLeaseConnection connection, string channel, TimeProvider timeProvider)
    : IAsyncDisposable
{
    private NpgsqlConnection? _listening;

    /// <summary>Waits for a notification, or for a time. Without a connection, it waits for the time.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync(
                async open =>
                {
                    if (open != _listening)
                    {
                        var listen = new NpgsqlCommand($"LISTEN \"{channel}\"", open);
                        await using (listen.ConfigureAwait(false))
                            await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                        _listening = open;
                    }

                    return await open.WaitAsync(longest, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Whether the database is away is found by the next reading.
            await Task.Delay(longest, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}

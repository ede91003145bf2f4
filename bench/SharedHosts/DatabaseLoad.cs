using System.Globalization;
using Npgsql;

namespace SharedHosts;

/// <summary>
/// What the server does while hosts work: the processor time of its processes, and what its connections wait for, looked at every 5 ms.
/// </summary>
internal sealed class DatabaseLoad(string connectionString)
{
    private const int TicksPerSecond = 100; // of /proc
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    /// <summary>Looks until cancelled.</summary>
    /// <returns>Processor seconds, and for each thing that is waited for the mean number of connections that do.</returns>
    public async Task<(double Processor, IReadOnlyList<(string Wait, double Mean)> Waits)> WatchAsync(CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(CancellationToken.None);
        var before = await ProcessorAsync(connection);
        await using var command = new NpgsqlCommand(
            """
            SELECT CASE WHEN state = 'idle in transaction' THEN 'the host, within a transaction'
                ELSE coalesce(wait_event_type || ' ' || wait_event, 'nothing: it runs') END, count(*)
            FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid() GROUP BY 1
            """,
            connection);
        Dictionary<string, long> sums = [];
        var looks = 0;
        using var ticks = new PeriodicTimer(Between);
        try
        {
            while (await ticks.WaitForNextTickAsync(stop))
            {
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                while (await reader.ReadAsync(CancellationToken.None))
                    sums[reader.GetString(0)] = sums.GetValueOrDefault(reader.GetString(0)) + reader.GetInt64(1);
                looks++;
            }
        }
        catch (OperationCanceledException)
        {
            // It was measured.
        }

        var waits = sums.Select(each => (each.Key, (double)each.Value / Math.Max(1, looks))).OrderByDescending(each => each.Item2).ToList();
        return (await ProcessorAsync(connection) - before, waits);
    }

    // Connections last as long as hosts do, so no process ends in between.
    private static async Task<double> ProcessorAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ticks = 0L;
        while (await reader.ReadAsync())
        {
            var words = (await File.ReadAllTextAsync($"/proc/{reader.GetInt32(0)}/stat")).Split(')')[^1].Split(' ');
            ticks += long.Parse(words[12], CultureInfo.InvariantCulture) + long.Parse(words[13], CultureInfo.InvariantCulture);
        }

        return (double)ticks / TicksPerSecond;
    }
}

using Maas.FaultHost;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// A reader of the change feed, from the first change on. When its host is gone, it goes on from its position at the next host.
/// </summary>
/// <param name="hosts">The hosts.</param>
/// <param name="first">The host to begin at.</param>
internal sealed class FeedReader(IReadOnlyList<HostProcess> hosts, int first)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<(string Host, string Change)> _read = [];

    /// <summary>The changes that it has read, and the host that each came from, in their order.</summary>
    public IReadOnlyList<(string Host, string Change)> Read
    {
        get
        {
            lock (_lock) return [.. _read];
        }
    }

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var position = 0L;
        using var ticks = new PeriodicTimer(Pause);
        for (var at = first; ; at++)
        {
            var host = hosts[at % hosts.Count];
            try
            {
                await foreach (var line in host.WatchAsync(position, cancellationToken))
                {
                    if (ChangeLine.NumberOf(line) is not { } number) break;
                    lock (_lock) _read.Add((host.Name, line));
                    position = number;
                }
            }
            catch (IOException)
            {
                // The host was killed, or has not started yet.
            }

            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }
}

using System.Net;
using Maas.Boot.Dns;
using Maas.Core.Fleet;
using Maas.Hosting.Leases;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Naming;

/// <summary>The machines and leases as DNS sees them: answered from memory, at most some seconds old.</summary>
/// <param name="machines">All machines.</param>
/// <param name="leases">What is leased; <see langword="null"/> beside another DHCP server, where machines are known by what they reported.</param>
/// <param name="leases6">What is leased over IPv6; <see langword="null"/> when that is left to others.</param>
/// <param name="domain">The domain.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LinkHosts(Machines machines, LeaseBook? leases, LeaseBook6? leases6, string domain, TimeProvider timeProvider, ILogger<LinkHosts> logger) : BackgroundService, IHostDirectory
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestUnread = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_tableAge = TimeSpan.FromSeconds(1);

    private readonly Lock _building = new();
    private IReadOnlyList<Machine> _machines = [];
    private Built? _built;
    // Serial numbers must not fall behind those of the last run: it starts at the time, in seconds.
    private uint _serial = (uint)timeProvider.GetUtcNow().ToUnixTimeSeconds();

    /// <inheritdoc/>
    public uint Serial
    {
        get
        {
            _ = Table;
            return Volatile.Read(ref _serial);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => Table.AddressesOf(hostName);

    /// <inheritdoc/>
    public string? HostAt(IPAddress address) => Table.HostAt(address);

    /// <inheritdoc/>
    public IEnumerable<string> Hosts() => Table.Names;

    /// <summary>Reads the machines before anybody asks.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (seen, readAt, took) = (-1L, 0L, TimeSpan.Zero);
        while (true)
        {
            // A large park takes a while to list: it is not listed all the time.
            await Task.Delay(took * 10 > s_pause ? took * 10 : s_pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return; // the host stops, or is disposed of
            var changes = machines.Changes;
            if (changes == seen && timeProvider.GetElapsedTime(readAt) < s_longestUnread) continue;
            readAt = timeProvider.GetTimestamp();
            try
            {
                await ReadAsync(stoppingToken).ConfigureAwait(false);
                seen = changes;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                NotRead(exception); // names go on as they were, and the next pause tries again
            }

            took = timeProvider.GetElapsedTime(readAt);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken) =>
        Volatile.Write(ref _machines, await machines.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false));

    // Leases come and go without a notice; a table that is a second old is made again when the next question comes.
    private HostTable Table
    {
        get
        {
            if (Volatile.Read(ref _built) is { } present && IsFresh(present)) return present.Table;
            lock (_building)
            {
                var before = _built;
                if (before is not null && IsFresh(before)) return before.Table;
                var read = Volatile.Read(ref _machines);
                var table = HostTable.Of(read, [.. leases?.Bound() ?? [], .. leases6?.Bound() ?? []], domain);
                if (before is null || !table.Says(before.Table)) Interlocked.Increment(ref _serial);
                Volatile.Write(ref _built, new Built(table, read, timeProvider.GetTimestamp()));
                return table;
            }
        }
    }

    private bool IsFresh(Built built) => built.From == Volatile.Read(ref _machines) && timeProvider.GetElapsedTime(built.At) < s_tableAge;

    [LoggerMessage(LogLevel.Error, "The machines could not be read; their names go on as they were")]
    private partial void NotRead(Exception exception);

    private sealed record Built(HostTable Table, IReadOnlyList<Machine> From, long At);
}

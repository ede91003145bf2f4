using System.Collections.Frozen;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Policy;

/// <summary>
/// All machines as they were some seconds ago at most, in memory: for what is asked about them at every DHCP or DNS message.
/// </summary>
/// <param name="machines">All machines.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ListedMachines(Machines machines, TimeProvider timeProvider, ILogger<ListedMachines> logger)
    : BackgroundService
{
    private static readonly TimeSpan S_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan S_longestUnread = TimeSpan.FromSeconds(30);

    private volatile Listing _listing = new([], FrozenSet<MacAddress>.Empty);

    /// <summary>The machines; the same list for as long as it is not read again.</summary>
    public IReadOnlyList<Machine> All => _listing.Machines;

    /// <summary>
    /// Whether a hardware address is that of a machine which an administrator has accepted. One that is <see cref="MachineStatus.New"/>
    /// does not count: every host
    /// on the link can enlist one.
    /// </summary>
    public bool IsAccepted(HardwareAddress hardware) => hardware.ToMacAddress() is { } address && _listing.Accepted.Contains(address);

    /// <summary>Reads the machines before the first request.</summary>
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
            await Task.Delay(took * 10 > S_pause ? took * 10
                : S_pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return; // the host stops, or is disposed of
            var changes = machines.Changes;
            if (changes == seen && timeProvider.GetElapsedTime(readAt) < S_longestUnread) continue;
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
                LogNotRead(exception); // what was read before counts, and the next pause tries again
            }

            took = timeProvider.GetElapsedTime(readAt);
        }
    }

    /// <summary>Reads the machines now.</summary>
    internal async Task ReadAsync(CancellationToken cancellationToken)
    {
        var all = await machines.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        _listing = new Listing(all, all.Where(machine => machine.Status != MachineStatus.New).SelectMany(machine => machine.MacAddresses)
            .ToFrozenSet());
    }

    [LoggerMessage(LogLevel.Error, "The machines could not be read; those read before count until they can")]
    private partial void LogNotRead(Exception exception);

    private sealed record Listing(IReadOnlyList<Machine> Machines, FrozenSet<MacAddress> Accepted);
}

using System.Collections.Frozen;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Nodes;

/// <summary>
/// All machines as they were some seconds ago at most, in memory: for what is asked about them at every DHCP or DNS message.
/// </summary>
/// <param name="machines">All machines.</param>
/// <param name="options">Whether there are networks.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ListedMachines(
    Machines machines, MaasOptions options, TimeProvider timeProvider, ILogger<ListedMachines> logger)
    : BackgroundService
{
    private static readonly TimeSpan S_pause = TimeSpan.FromMilliseconds(100), S_afterFailure = TimeSpan.FromSeconds(5);

    private long? _last; // the number of the last change that is in the listing
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
        if (options.Networks.Count == 0) return; // without a network, nothing is asked about them here
        await ReadAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = S_afterFailure;
            try
            {
                await WaitForChangeAsync(stoppingToken).ConfigureAwait(false);
                var began = timeProvider.GetTimestamp();
                await ReadAsync(stoppingToken).ConfigureAwait(false);
                // A large park takes a while to list: it is not listed all the time.
                var rest = timeProvider.GetElapsedTime(began) * 10;
                pause = rest > S_pause ? rest : S_pause;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return; // the host stops, or is disposed of
            }
            catch (Exception exception)
            {
                LogNotRead(exception); // what was read before counts, and the next pause tries again
                _last = null;
            }

            await Task.Delay(pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        if (_last is not { } last) return; // it is not known what was read
        var changes = machines.WatchAsync(after: last, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ending = changes.ConfigureAwait(false);
        await changes.MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>Reads the machines now.</summary>
    internal async Task ReadAsync(CancellationToken cancellationToken)
    {
        var last = await machines.GetLastChangeAsync(cancellationToken).ConfigureAwait(false);
        var all = await machines.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        _listing = new Listing(all, all.Where(machine => machine.Status != MachineStatus.New).SelectMany(machine => machine.MacAddresses)
            .ToFrozenSet());
        _last = last;
    }

    [LoggerMessage(110, LogLevel.Error, "The machines could not be read; those read before count until they can")]
    private partial void LogNotRead(Exception exception);

    private sealed record Listing(IReadOnlyList<Machine> Machines, FrozenSet<MacAddress> Accepted);
}

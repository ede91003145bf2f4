using Maas.Core.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Nodes;

/// <summary>All devices, in memory, read again as soon as one changes: for what is asked about them at every DNS message.</summary>
/// <param name="devices">All devices.</param>
/// <param name="options">Whether there are networks.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ListedDevices(
    Devices devices, MaasOptions options, TimeProvider timeProvider, ILogger<ListedDevices> logger)
    : BackgroundService
{
    private volatile IReadOnlyList<Device> _all = [];

    /// <summary>The devices; the same list for as long as it is not read again.</summary>
    public IReadOnlyList<Device> All => _all;

    /// <summary>Reads the devices before the first query.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Networks.Count == 0) return; // without a network there is no DNS server
        _all = await devices.ListAsync(null, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        WatchLoop.RunAsync(devices.WatchAsync, all => _all = all, LogNotRead, timeProvider, stoppingToken);

    [LoggerMessage(169, LogLevel.Error, "The devices could not be read; those read before count until they can")]
    private partial void LogNotRead(Exception exception);
}

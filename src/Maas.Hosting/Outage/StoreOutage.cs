using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core.Stores;
using Maas.Hosting.FirstStart;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Outage;

/// <summary>
/// What this host does while its store is away when it starts: DHCP from what it has kept, and an answer to each request that says so. A
/// host that has kept nothing, because it has never run or leases nothing, does not start.
/// </summary>
/// <param name="services">The services of the host; none that uses the store is asked for.</param>
/// <param name="options">The options of all networks.</param>
/// <param name="data">The data directory.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="loggerFactory">Creates the logs.</param>
internal sealed partial class StoreOutage(
    IServiceProvider services, MaasOptions options, DataDirectory data, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    : IStoreOutage
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<StoreOutage>();

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> BeginAsync(string reason, CancellationToken cancellationToken)
    {
        if (!SharesLeases || options.Networks.Count == 0 || NetworkSnapshotFile.Read(data) is not { } snapshot) return null;
        LogAway(reason);
        var dhcp = new OutageDhcp(options, data, snapshot, timeProvider, loggerFactory);
        try
        {
            var since = timeProvider.GetUtcNow();
            var web = await OutageWeb.StartAsync(
                services, () => $"The server's database does not answer since {since:yyyy-MM-dd HH:mm:ss} UTC. {dhcp.Status}\n", _logger,
                cancellationToken).ConfigureAwait(false);
            return new Bridge(this, dhcp, web);
        }
        catch
        {
            await dhcp.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The files of a host whose leases are its own again are old.
    private bool SharesLeases => services.GetRequiredService<IServiceProviderIsService>() is var registered
        && (registered.IsService(typeof(ISharedLeaseStore<Lease>)) || registered.IsService(typeof(ISharedLeaseStore<Lease6>)));

    [LoggerMessage(193, LogLevel.Error, "The store cannot be opened and is tried again; until then this host only answers DHCP: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(194, LogLevel.Information, "The store is open, or the host stops: DHCP without the store ends")]
    private partial void LogEnds();

    private sealed class Bridge(StoreOutage outage, OutageDhcp dhcp, OutageWeb? web) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            outage.LogEnds();
            await dhcp.DisposeAsync().ConfigureAwait(false);
            if (web is not null) await web.DisposeAsync().ConfigureAwait(false);
        }
    }
}

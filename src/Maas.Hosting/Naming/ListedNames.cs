using Maas.Core;
using Maas.Core.Topology;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Naming;

/// <summary>The DNS names that operators chose, in memory, read again as soon as one changes.</summary>
/// <param name="core">The store.</param>
/// <param name="options">Whether there are networks.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ListedNames(
    MaasCore core, MaasOptions options, TimeProvider timeProvider, ILogger<ListedNames> logger)
    : BackgroundService
{
    private volatile DnsSnapshot? _names;

    /// <summary>The names; <see langword="null"/> before they were read.</summary>
    public DnsSnapshot? Names => _names;

    /// <summary>Reads the names before the first query.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Networks.Count == 0) return; // without a network there is no DNS server
        _names = await core.Dns.GetAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        WatchLoop.RunAsync(core.Dns.WatchAsync, names => _names = names, LogNotRead, timeProvider, stoppingToken);

    [LoggerMessage(168, LogLevel.Error, "The DNS names could not be read; those read before count until they can")]
    private partial void LogNotRead(Exception exception);
}

using Maas.Hosting.Link;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Networks;

/// <summary>
/// Serves the networks of the options from the moment when the web server listens. What machines cannot boot without is checked then, and
/// fails the start: plain HTTP that they can reach, and the mapping of the boot files.
/// </summary>
internal sealed partial class BootNetworks : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan S_join = TimeSpan.FromMinutes(1);

    private readonly NetworkParts _parts;
    private readonly OptionsChanges _changes;
    private readonly WebAddress _web;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    public BootNetworks(NetworkParts parts, OptionsChanges changes, IHostApplicationLifetime lifetime, ILogger<BootNetworks> logger)
    {
        (_parts, _changes, _web, _lifetime, _logger) = (parts, changes, parts.Web, lifetime, logger);
        All = [.. parts.Options.Networks.Select(network => new NetworkRunner(network.Key, network.Value, parts))];
    }

    /// <summary>The networks, in the order of the options.</summary>
    public IReadOnlyList<NetworkRunner> All { get; }

    /// <summary>A network by its name.</summary>
    public NetworkRunner? Find(string name) => All.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (All.Count == 0)
        {
            _web.Find();
            return;
        }

        // An address that an interface does not have yet is no reason to stop; what the application forgot is.
        foreach (var (name, network) in _parts.Options.Networks)
            if (!network.IsRelayed) _web.Require(name, network, network.Loopback?.Address);
        if (!_web.HasApi) LogNoApi();
        if (_web.AddressesBesidePort() is { } addresses) LogPortElsewhere(_parts.Options.HttpPort ?? 0, addresses);
        foreach (var network in All) _running.Add(WatchAsync(network.RunAsync(_stopping.Token)));
        var attempts = Task.WhenAll(All.Select(network => network.FirstAttempt));
        try
        {
            await attempts.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (All.FirstOrDefault(network => network.FirstAttempt.IsFaulted) is { } failed)
        {
            // A failure that stops the host cancels its start too: the failure is what the host ends with.
            await failed.FirstAttempt.ConfigureAwait(false);
        }

        _running.Add(FollowAsync(_stopping.Token));
        _running.Add(ConfigureAsync(_stopping.Token));
        _running.Add(JoinNameServersAsync(_stopping.Token));
    }

    // Meanwhile Core ends its power actions: machines that are turned on still find DHCP.
    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        // A network that failed has stopped the host: this makes it the error that the host ends with.
        await Task.WhenAll(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stopping.IsCancellationRequested) _stopping.Cancel();
        _stopping.Dispose();
    }

    // What the API changes is leased at once; another host's change within seconds; after an outage of the store, what changed meanwhile.
    private Task FollowAsync(CancellationToken cancellationToken) => WatchLoop.RunAsync(
        _parts.Topology.WatchAsync,
        async (topology, stop) =>
        {
            var areFollowed = true;
            foreach (var network in All) areFollowed &= await network.FollowAsync(topology, stop).ConfigureAwait(false);
            return areFollowed;
        },
        failure => LogNotRead(failure.Message), _parts.TimeProvider, cancellationToken);

    private Task ConfigureAsync(CancellationToken cancellationToken) => WatchLoop.RunAsync(
        _changes.WatchAsync,
        async (options, stop) =>
        {
            var areUsed = true;
            foreach (var network in All)
            {
                if (options.Networks.TryGetValue(network.Name, out var changed))
                    areUsed &= await network.ConfigureAsync(changed, stop).ConfigureAwait(false);
                else
                    LogRemoved(network.Name);
            }

            foreach (var name in options.Networks.Keys.Where(name => Find(name) is null)) LogAdded(name);
            if (!areUsed) _changes.Repeat();
            return areUsed;
        },
        failure =>
        {
            LogNotConfigured(failure.Message);
            _changes.Repeat();
        },
        _parts.TimeProvider, cancellationToken);

    // A host joins the name servers of another one only when that one is known as a host: it may start later, or be upgraded later.
    private async Task JoinNameServersAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(S_join, _parts.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                foreach (var network in All) await network.JoinNameServersAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return; // the host stops, or is disposed of
            }
            catch (Exception failure)
            {
                LogNotJoined(failure.Message);
            }
        }
    }

    private async Task WatchAsync(Task running)
    {
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogStops(failure.Message);
            _lifetime.StopApplication();
            throw;
        }
    }

    [LoggerMessage(163, LogLevel.Critical, "A network failed, and the host stops because OnBootFailure is StopHost: {Reason}")]
    private partial void LogStops(string reason);

    [LoggerMessage(
        164, LogLevel.Warning,
        "The API is not mapped: machines boot and cannot report. Add the package Maas.Api, and call AddApi() and app.MapMaas()")]
    private partial void LogNoApi();

    [LoggerMessage(
        165, LogLevel.Warning,
        "HttpPort is {Port}, and this host listens on {Addresses}: machines reach it only if another program forwards that port")]
    private partial void LogPortElsewhere(int port, string addresses);

    [LoggerMessage(177, LogLevel.Warning, "Network {Network} was removed from the configuration, and is served until the host stops")]
    private partial void LogRemoved(string network);

    [LoggerMessage(178, LogLevel.Warning, "Network {Network} was added to the configuration, and is served from the next start on")]
    private partial void LogAdded(string network);

    [LoggerMessage(186, LogLevel.Error, "The stored networks cannot be read and are read again later; DHCP goes on as before: {Reason}")]
    private partial void LogNotRead(string reason);

    [LoggerMessage(188, LogLevel.Warning, "This host cannot join the name servers of its networks and tries again later: {Reason}")]
    private partial void LogNotJoined(string reason);

    [LoggerMessage(187, LogLevel.Error, "The changed configuration cannot be used and is read again later: {Reason}")]
    private partial void LogNotConfigured(string reason);
}

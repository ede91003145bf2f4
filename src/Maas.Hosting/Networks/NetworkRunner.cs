using Maas.Boot;
using Maas.Core;
using Maas.Hosting.Link;
using Maas.Hosting.Privileges;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Networks;

/// <summary>
/// Serves one network for as long as the host runs. What cannot be prepared (the interface is missing, a capability, the journal) is tried
/// again, later each time; a server that fails is restarted by its <see cref="BootServer"/>.
/// </summary>
internal sealed partial class NetworkRunner(string name, MaasNetworkOptions configured, NetworkParts parts)
{
    private static readonly TimeSpan S_firstPause = TimeSpan.FromSeconds(1), S_longestPause = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = parts.LoggerFactory.CreateLogger<NetworkRunner>();
    private volatile BootServer? _server;
    private volatile string? _failure;
    private volatile bool _isPrepared;
    private volatile MaasNetworkOptions _options = configured;

    /// <summary>The name of the network.</summary>
    public string Name => name;

    /// <summary>Completes when the network was tried for the first time, with its failure when a failure stops the host.</summary>
    public Task FirstAttempt => _tried.Task;

    /// <summary>How the network does.</summary>
    public MaasNetwork Status
    {
        get
        {
            var address = parts.Links.All.FirstOrDefault(link => link.Name == name)?.Network.Address;
            IReadOnlyList<ServerHealth> servers = _server?.Health ?? [];
            if (_failure is { } failure) return new MaasNetwork(name, MaasNetworkState.Failed, failure, address, servers);
            var failed = servers.Where(server => server is { IsRunning: false, Failure: not null }).ToList();
            var state = !_isPrepared ? MaasNetworkState.Starting
                : failed.Count == 0 ? MaasNetworkState.Listening
                : failed.Count < servers.Count ? MaasNetworkState.Degraded
                : MaasNetworkState.Failed;
            var reasons = failed.Count == 0 ? null : string.Join(" ", failed.Select(server => $"{server.Server}: {server.Failure}"));
            return new MaasNetwork(name, state, reasons, address, servers);
        }
    }

    /// <summary>Serves the network until cancelled.</summary>
    /// <exception cref="Exception">What failed, when a failure stops the host.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var pause = S_firstPause; ; pause = pause * 2 < S_longestPause ? pause * 2 : S_longestPause)
        {
            try
            {
                var options = _options;
                _server = await PrepareAsync(options, cancellationToken).ConfigureAwait(false);
                (_failure, _isPrepared) = (null, true);
                // What changed meanwhile was to be used by the next attempt, which there is not.
                if (Interlocked.Exchange(ref _options, options) is var changed && changed != options
                    && !await ConfigureAsync(changed, cancellationToken).ConfigureAwait(false))
                {
                    (_isPrepared, _options) = (false, changed);
                    throw new StoreUnavailableException("The changed options cannot be stored.");
                }

                if (_server is not null) LogServed(name, $"{parts.Links.All.First(link => link.Name == name).Network.Address}");
                _tried.TrySetResult();
                await (_server?.RunAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, parts.TimeProvider, cancellationToken))
                    .ConfigureAwait(false);
                return;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                _tried.TrySetCanceled(cancellationToken);
                return;
            }
            catch (Exception failure) when (parts.Options.OnBootFailure == BootFailureAction.Retry)
            {
                Report(failure, pause);
                _tried.TrySetResult();
            }
            catch (Exception failure)
            {
                _failure = failure.Message;
                _tried.TrySetException(failure);
                throw;
            }

            await Task.Delay(pause, parts.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The server of the network; null behind a relay, where the server of another network answers.
    private async Task<BootServer?> PrepareAsync(MaasNetworkOptions options, CancellationToken cancellationToken)
    {
        if (options.IsRelayed)
        {
            await LeaseAsync(options, null, cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (options.Interface is not null) LinuxCapabilities.Require();
        var network = BootNetwork.For(options);
        parts.Web.Require(name, options, network.Address);
        parts.Links.Set(new ServedLink(name, options, network, NeighboursOf(options, network)));
        await LeaseAsync(options, network, cancellationToken).ConfigureAwait(false);
        var boot = network.ServerOptions(options, parts.Options, parts.Web);
        boot.Capture = parts.Captures.Ring;
        // The other servers of the link are hosts with the same leases.
        if (boot.Dhcp is { } dhcp && parts.Leases.AreShared) dhcp.AllowOtherServers = true;
        if (boot.Dhcp6 is { } dhcp6 && parts.Leases6.AreShared) dhcp6.AllowOtherServers = true;
        return new BootServer(boot, parts.BootServices());
    }

    private LinkNeighbours? NeighboursOf(MaasNetworkOptions options, BootNetwork network) => options.Interface is { } device
        ? new LinkNeighbours(
            () => NeighbourTable.IndexOf(device),
            new LinkResolver(device, network, options.Prefix6, parts.TimeProvider),
            parts.TimeProvider)
        : null;

    private void Report(Exception failure, TimeSpan pause)
    {
        var isNew = _failure != failure.Message;
        (_failure, _server) = (failure.Message, null);
        if (isNew) LogFailed(name, pause.TotalSeconds, failure.Message);
        else LogFailedAgain(name, pause.TotalSeconds, failure.Message);
    }

    [LoggerMessage(160, LogLevel.Information, "Network {Network} is served at {Address}")]
    private partial void LogServed(string network, string address);

    [LoggerMessage(161, LogLevel.Error, "Network {Network} cannot be served and is tried again in {Seconds} s: {Reason}")]
    private partial void LogFailed(string network, double seconds, string reason);

    [LoggerMessage(162, LogLevel.Debug, "Network {Network} still cannot be served and is tried again in {Seconds} s: {Reason}")]
    private partial void LogFailedAgain(string network, double seconds, string reason);
}

using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Link;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Outage;

/// <summary>
/// DHCP of a host that has not reached its store since it started: it leases addresses, and names no boot program. A network whose
/// interface is not ready is tried again.
/// </summary>
internal sealed partial class OutageDhcp : IAsyncDisposable
{
    private const int Attempts = 10; // afterwards the networks are served that can be
    private static readonly TimeSpan S_pause = TimeSpan.FromSeconds(2);

    private readonly MaasOptions _options;
    private readonly DataDirectory _data;
    private readonly NetworkSnapshot _snapshot;
    private readonly TimeProvider _timeProvider;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile OutageAddresses? _addresses;
    private volatile string _failure = "DHCP is not ready yet.";

    public OutageDhcp(
        MaasOptions options, DataDirectory data, NetworkSnapshot snapshot, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        (_options, _data, _snapshot, _timeProvider, _loggerFactory) = (options, data, snapshot, timeProvider, loggerFactory);
        _logger = loggerFactory.CreateLogger<OutageDhcp>();
        _running = Task.Run(RunAsync);
    }

    /// <summary>How it does.</summary>
    public string Status => _addresses?.Status ?? _failure;

    /// <summary>Ends it; what was leased is in the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        for (var attempt = 1; !_stop.IsCancellationRequested; attempt++)
        {
            try
            {
                if (Prepare(attempt) is { Count: > 0 } networks) await ServeAsync(networks).ConfigureAwait(false);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (_failure != failure.Message) LogNotServed(failure.Message);
                _failure = failure.Message;
            }

            await Task.Delay(S_pause, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<(string Name, MaasNetworkOptions Options, BootNetwork? Link)> Prepare(int attempt)
    {
        List<(string, MaasNetworkOptions, BootNetwork?)> prepared = [];
        foreach (var (name, network) in _options.Networks)
        {
            try
            {
                prepared.Add((name, network, network.IsRelayed ? null : BootNetwork.For(network)));
            }
            catch (InvalidOperationException failure) when (attempt > Attempts)
            {
                LogNotServed($"{name}: {failure.Message}");
            }
        }

        return prepared;
    }

    private async Task ServeAsync(List<(string Name, MaasNetworkOptions Options, BootNetwork? Link)> networks)
    {
        var addresses = await OutageAddresses.OpenAsync(networks, _snapshot, _options, _data, _timeProvider).ConfigureAwait(false);
        await using (addresses.ConfigureAwait(false))
        {
            if (addresses is { Leases: null, Leases6: null }) throw new InvalidDataException("No leases are kept on this host.");
            var services = new BootServices
            {
                Addresses = addresses.Leases, Addresses6 = addresses.Leases6, TimeProvider = _timeProvider, LoggerFactory = _loggerFactory,
            };
            List<Task> servers = [];
            foreach (var (_, network, link) in networks)
            {
                if (link is null) continue;
                var boot = link.AddressOptions(network);
                if (addresses.Leases is null || network.Mode != DhcpMode.Full) boot.Dhcp = null;
                if (addresses.Leases6 is null) (boot.Dhcp6, boot.RouterAdvertisement) = (null, null);
                if (boot.Dhcp is not null || boot.Dhcp6 is not null)
                    servers.Add(new BootServer(boot, services).RunAsync(_stop.Token));
            }

            _addresses = addresses;
            LogServed(addresses.Status);
            try
            {
                await Task.WhenAll(servers).ConfigureAwait(false);
            }
            finally
            {
                _addresses = null;
            }
        }
    }

    [LoggerMessage(190, LogLevel.Warning, "The store does not answer since the start of this host. {Status}")]
    private partial void LogServed(string status);

    [LoggerMessage(191, LogLevel.Error, "DHCP cannot be answered without the store and is tried again: {Reason}")]
    private partial void LogNotServed(string reason);
}

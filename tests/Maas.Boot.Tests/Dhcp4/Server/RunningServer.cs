using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>A server on loopback with a store in memory.</summary>
internal sealed class RunningServer : IAsyncDisposable, IBootObserver
{
    public static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.0.0.0/16"),
        Ranges = [AddressRange.Parse("10.0.1.0-10.0.20.255")]
    };

    private readonly ConcurrentQueue<BootObservation> _observed = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private RunningServer(DhcpServerOptions options, IAddressSource? addresses, IBootPolicy? policy, ILogger<DhcpServer>? logger)
    {
        Server = new DhcpServer(
            options,
            new BootServices
            {
                Addresses = addresses,
                Policy = policy,
                Observer = this,
                LoggerFactory = RecordingLogger.FactoryOf(logger)
            });
        _running = Server.RunAsync(_stop.Token);
    }

    public DhcpServer Server { get; }

    public static async Task<RunningServer> StartAsync(
        ILeaseStore? store = null,
        IBootPolicy? policy = null,
        Action<DhcpServerOptions>? configure = null,
        ILogger<DhcpServer>? logger = null)
    {
        var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 0), BootServicePort = 0 };
        configure?.Invoke(options);
        var addresses = await LeaseAllocator.OpenAsync([Subnet], store ?? new MemoryLeaseStore());
        var running = new RunningServer(options, addresses, policy, logger);
        await running.Server.Listening;
        return running;
    }

    public async Task<LoopbackRelay> RelayAsync(int endPoint = 0) => new((await Server.Listening)[endPoint], IPAddress.Parse("10.0.0.1"));

    public void Observe(BootObservation observation)
    {
        _observed.Enqueue(observation);
        _news.Release();
    }

    /// <summary>The first observations of a kind, once there are that many.</summary>
    public async Task<IReadOnlyList<T>> ObservedAsync<T>(int count = 1)
        where T : BootObservation
    {
        while (_observed.OfType<T>().Count() < count)
            (await _news.WaitAsync(TimeSpan.FromSeconds(10))).Should().BeTrue($"{count} {typeof(T).Name} were awaited");
        return [.. _observed.OfType<T>().Take(count)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        _stop.Dispose();
    }
}

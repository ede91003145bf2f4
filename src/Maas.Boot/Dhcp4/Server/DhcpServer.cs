using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// A DHCP server (RFC 2131): it leases addresses, or only adds the boot part beside another server, and names boot programs to firmware.
/// </summary>
/// <example>
/// <code>
/// var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
/// await using var journal = LeaseJournal.Open("/var/lib/leases");
/// var addresses = await LeaseAllocator.OpenAsync([subnet], journal);
/// var server = new DhcpServer(new DhcpServerOptions { Interfaces = { "eth0" } }, addresses);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class DhcpServer
{
    private readonly DhcpServerOptions _options;
    private readonly IAddressSource? _addresses;
    private readonly IBootPolicy? _policy;
    private readonly IBootObserver? _observer;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _endPoints = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where and how it answers.</param>
    /// <param name="addresses">Which addresses it gives; needed in full mode, not asked otherwise.</param>
    /// <param name="policy">What clients boot; <see langword="null"/> leaves the boot part out.</param>
    /// <param name="observer">Who is told what happened; <see langword="null"/> for nobody.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">The log; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">Full mode without addresses, another mode without a policy, nowhere to listen, or a prefix that
    /// is none.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public DhcpServer(
        DhcpServerOptions options,
        IAddressSource? addresses = null,
        IBootPolicy? policy = null,
        IBootObserver? observer = null,
        TimeProvider? timeProvider = null,
        ILogger<DhcpServer>? logger = null)
    {
        _options = new DhcpServerOptionsValidator().Validated(options);
        _ = new HardwarePrefixes(options.RaspberryPiPrefixes); // what is wrong with them is said here, and not when the server runs
        if (options.Mode == DhcpMode.Full && addresses is null)
            throw new ArgumentException("A full server needs a source of addresses.", nameof(addresses));
        if (options.Mode != DhcpMode.Full && policy is null)
            throw new ArgumentException("A proxy has nothing to say without a boot policy.", nameof(policy));
        if (options.Interfaces.Count == 0 && options.ListenOn is null)
            throw new ArgumentException("There is neither an interface nor an address to listen on.", nameof(options));
        _addresses = addresses;
        _policy = policy;
        _observer = observer;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<DhcpServer>.Instance;
    }

    /// <summary>The addresses and ports served; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> EndPoints => _endPoints.Task;

    /// <summary>Serves until cancelled; then what waits for the disk is still written and sent.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or needs a privilege that the process lacks.</exception>
    /// <exception cref="DhcpServerConflictException">Another server leases addresses on the link, and the options do not allow
    /// it.</exception>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv4 address.</exception>
    /// <exception cref="InterfaceChangedException">An interface was removed, created again, or lost the server's address.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SocketLink> links;
        try
        {
            links = SocketLink.OpenAll(_options, _time);
        }
        catch (Exception e)
        {
            _endPoints.TrySetException(e);
            throw;
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pool = new DhcpTransactionPool(_options.MaxInFlight);
        var reporter = new DhcpTelemetry(_observer, _time, _logger);
        var conversation = new DhcpRequestHandler(_options, _addresses, _policy, pool, reporter, _time, _logger, stopping.Token);
        var receivers =
            links.Select(l => new ReceiveLoop(
                $"DHCP {l.Name}", l, new DhcpReceiver(l, pool, conversation, _time).Receive, e => conversation.ReceiveFailed(l, e)))
                .ToList();
        conversation.Start();
        foreach (var receiver in receivers) receiver.Start();
        var watches = links.Select(l => InterfaceWatch.Of(l.Device, l.Server, _time)).OfType<InterfaceWatch>().ToList();
        try
        {
            foreach (var link in links) LogListening(_options.Mode, LinkSockets.Describe(link.Device, link.EndPoint), link.Server);
            if (_options.Mode == DhcpMode.Full && !_options.AllowOtherServers)
                await conversation.RogueServerDetector.RefuseAsync(links, cancellationToken).ConfigureAwait(false);
            conversation.Open();
            _endPoints.TrySetResult([.. links.Select(l => l.EndPoint)]);
            await ServerLoops.RunAsync(
                [
                    .. receivers.Select(r => (Func<CancellationToken, Task>)r.WaitAsync),
                    .. watches.Select(w => (Func<CancellationToken, Task>)w.RunAsync)
                ],
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _endPoints.TrySetException(e);
            throw;
        }
        finally
        {
            // The links are closed last: what is under way is still written to the disk and sent.
            await stopping.CancelAsync().ConfigureAwait(false);
            await conversation.FinishAsync().ConfigureAwait(false);
            foreach (var receiver in receivers) receiver.Dispose();
            foreach (var watch in watches) watch.Dispose();
        }
    }
}

using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// A DHCP server (RFC 2131): it leases addresses, or only adds the boot part beside another server, and names boot programs to firmware.
/// </summary>
/// <example>
/// <code>
/// var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
/// await using var journal = LeaseJournal.Open("/var/lib/leases");
/// var addresses = await LeaseAllocator.OpenAsync([subnet], journal);
/// var server = new DhcpServer(new DhcpServerOptions { Interfaces = { "eth0" } }, new BootServices { Addresses = addresses });
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class DhcpServer
{
    private readonly DhcpServerOptions _options;
    private readonly BootServices _services;
    private readonly ListeningEndPoints _listening = new();

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where and how it answers.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ArgumentException">Full mode without addresses, another mode without a policy, nowhere to listen, a prefix that
    /// is malformed, or a load split without this server.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public DhcpServer(DhcpServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _options = new DhcpServerOptions(new DhcpServerOptionsValidator().Validated(options));
        _services = services;
        _logger = services.LoggerFactory.CreateLogger<DhcpServer>();
        _ = new HardwarePrefixes(options.RaspberryPiPrefixes); // what is wrong with them is said here, and not when the server runs
        if (options.LoadSplit is { } split) _ = new LoadSplitter(split, services.TimeProvider);
        if (options.Mode == DhcpMode.Full)
            BootServices.Require(services.Addresses, nameof(services.Addresses), "A full DHCP server needs a source of addresses.");
        else BootServices.Require(services.Policy, nameof(services.Policy), "A proxy needs a boot policy: it replies with nothing else.");
        if (options.Interfaces.Count == 0 && options.ListenOn is null)
            throw new ArgumentException("There is neither an interface nor an address to listen on.", nameof(options));
    }

    /// <summary>The addresses and ports served; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Serves until cancelled; then what waits for the disk is still written and sent.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or needs a privilege that the process lacks.</exception>
    /// <exception cref="DhcpServerConflictException">Another server leases addresses on the link, and the options do not allow
    /// it.</exception>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv4 address.</exception>
    /// <exception cref="InterfaceChangedException">An interface was removed, created again, or lost the server's address.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) => _listening.RunAsync(ServeAsync, cancellationToken);

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        if (_services.Network is { } network)
        {
            await ServeOnAsync(network, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = _services.TimeProvider;
        using var listeners = DhcpSockets.Open(_options, time);
        var pool = new DhcpTransactionPool(_options.MaxInFlight);
        var telemetry = new DhcpTelemetry(_services.Observer, time, _logger);
        var handler =
            new DhcpRequestHandler(_options, _services.Addresses, _services.Policy, pool, telemetry, time, _logger, stopping.Token);
        handler.Start();
        try
        {
            listeners.Start("DHCP", l => new DhcpReceiver(l, pool, handler, time).Receive, handler.ReceiveFailed, l => l.Server, time);
            foreach (var listener in listeners.All) LogListening(_options.Mode, listener.ToString(), listener.Link.Server);
            if (_options.Mode == DhcpMode.Full && !_options.AllowOtherServers)
                await handler.RogueServerDetector.RefuseAsync(listeners.All, cancellationToken).ConfigureAwait(false);
            handler.Open();
            _listening.Set(listeners.All.Select(l => l.EndPoint));
            await listeners.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The listeners are closed last: what is under way is still written to the disk and sent.
            await stopping.CancelAsync().ConfigureAwait(false);
            await handler.FinishAsync().ConfigureAwait(false);
        }
    }
}

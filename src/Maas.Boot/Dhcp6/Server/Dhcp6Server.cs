using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>A DHCPv6 server (RFC 8415) that leases addresses and names boot programs to firmware (RFC 5970).</summary>
/// <remarks>
/// Clients ask by DHCPv6 only where a router advertisement tells them to: a <see cref="RouterAdvertisement.RouterAdvertiser"/>, or the
/// site's router. Without addresses it is stateless: it answers INFORMATION-REQUEST, and leaves SOLICIT to others.
/// </remarks>
/// <example>
/// <code>
/// var subnet = new Dhcp6Subnet { Network = IPNetwork.Parse("fd00:77::/64"), Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")]
/// }; await using var journal = LeaseJournal6.Open("/var/lib/leases6");
/// var addresses = await LeaseAllocator6.OpenAsync([subnet], journal);
/// var server = new Dhcp6Server(new Dhcp6ServerOptions { Interfaces = { "eth0" } }, new BootServices { Addresses6 = addresses });
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class Dhcp6Server
{
    private readonly Dhcp6ServerOptions _options;
    private readonly BootServices _services;
    private readonly ListeningEndPoints _listening = new();

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where and how it answers.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ArgumentException">There is nowhere to listen, or neither addresses nor a policy.</exception>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public Dhcp6Server(Dhcp6ServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _options = new Dhcp6ServerOptions(new Dhcp6ServerOptionsValidator().Validated(options));
        _services = services;
        _logger = services.LoggerFactory.CreateLogger<Dhcp6Server>();
        if (options.Interfaces.Count == 0 && options.ListenOn is null)
            throw new ArgumentException("There is neither an interface nor an address to listen on.", nameof(options));
        if (services.Addresses6 is null)
            BootServices.Require(
                services.Policy,
                nameof(services.Policy),
                "A DHCPv6 server without addresses needs a boot policy: it replies with nothing else.");
    }

    /// <summary>The addresses and ports served; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Serves until cancelled; then what waits for the disk is still written and sent.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or needs a privilege that the process lacks.</exception>
    /// <exception cref="DhcpServerConflictException">Another server leases addresses on the link, and the options do not allow
    /// it.</exception>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv6 address, or the server's identifier must be
    /// told.</exception>
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
        using var listeners = Dhcp6Sockets.Open(_options);
        var server = _options.ServerIdentifier ?? Dhcp6Sockets.IdentifierOf(listeners.All);
        var telemetry = new Dhcp6Telemetry(_services.Observer, time, _logger);
        var handler = new Dhcp6RequestHandler(
            _options, server, _services.Addresses6, _services.Policy, telemetry, time, _logger, stopping.Token);
        try
        {
            listeners.Start("DHCPv6", l => new Dhcp6Receiver(l, handler, time).Receive, handler.ReceiveFailed, l => l.Server, time);
            foreach (var listener in listeners.All) LogListening(listener.ToString(), listener.Link.Server);
            if (_services.Addresses6 is { IsStateless: false } && !_options.AllowOtherServers)
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

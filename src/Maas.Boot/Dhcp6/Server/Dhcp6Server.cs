using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
/// var server = new Dhcp6Server(new Dhcp6ServerOptions { Interfaces = { "eth0" } }, addresses);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class Dhcp6Server
{
    private readonly Dhcp6ServerOptions _options;
    private readonly LeaseAllocator6? _addresses;
    private readonly IBootPolicy? _policy;
    private readonly IBootObserver? _observer;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _endPoints = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where and how it answers.</param>
    /// <param name="addresses">Which addresses it gives and what else it tells; <see langword="null"/> for the boot part alone, as an
    /// answer to INFORMATION-REQUEST.</param>
    /// <param name="policy">What clients boot; <see langword="null"/> leaves the boot part out.</param>
    /// <param name="observer">Who is told what happened; <see langword="null"/> for nobody.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">The log; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">There is nowhere to listen, or neither addresses nor a policy.</exception>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public Dhcp6Server(
        Dhcp6ServerOptions options,
        LeaseAllocator6? addresses = null,
        IBootPolicy? policy = null,
        IBootObserver? observer = null,
        TimeProvider? timeProvider = null,
        ILogger<Dhcp6Server>? logger = null)
    {
        _options = new Dhcp6ServerOptionsValidator().Validated(options);
        if (options.Interfaces.Count == 0 && options.ListenOn is null)
            throw new ArgumentException("There is neither an interface nor an address to listen on.", nameof(options));
        if (addresses is null && policy is null)
            throw new ArgumentException("There is nothing to tell clients: neither addresses nor a boot policy.", nameof(addresses));
        _addresses = addresses;
        _policy = policy;
        _observer = observer;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<Dhcp6Server>.Instance;
    }

    /// <summary>The addresses and ports served; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> EndPoints => _endPoints.Task;

    /// <summary>Serves until cancelled; then what waits for the disk is still written and sent.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or needs a privilege that the process lacks.</exception>
    /// <exception cref="DhcpServerConflictException">Another server leases addresses on the link, and the options do not allow
    /// it.</exception>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv6 address, or the server's identifier must be
    /// told.</exception>
    /// <exception cref="InterfaceChangedException">An interface was removed, created again, or lost the server's address.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SocketLink6> links = [];
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Dhcp6RequestHandler conversation;
        try
        {
            links = SocketLink6.OpenAll(_options);
            var server = _options.ServerIdentifier ?? SocketLink6.IdentifierOf(links);
            conversation = new Dhcp6RequestHandler(
                _options, server, _addresses, _policy, new Dhcp6Telemetry(_observer, _time, _logger), _time, _logger, stopping.Token);
        }
        catch (Exception e)
        {
            foreach (var link in links) link.Dispose();
            _endPoints.TrySetException(e);
            throw;
        }

        var receivers =
            links.Select(l =>
                new ReceiveLoop(
                    $"DHCPv6 {l.Name}", l, new Dhcp6Receiver(l, conversation, _time).Receive, e => conversation.ReceiveFailed(l, e)))
                .ToList();
        foreach (var receiver in receivers) receiver.Start();
        var watches = links.Select(l => InterfaceWatch.Of(l.Device, l.Server, _time)).OfType<InterfaceWatch>().ToList();
        try
        {
            foreach (var link in links) LogListening(LinkSockets.Describe(link.Device, link.EndPoint), link.Server);
            if (_addresses is { IsStateless: false } && !_options.AllowOtherServers)
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
            await stopping.CancelAsync().ConfigureAwait(false);
            await conversation.FinishAsync().ConfigureAwait(false);
            foreach (var receiver in receivers) receiver.Dispose();
            foreach (var watch in watches) watch.Dispose();
        }
    }
}

using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>
/// Tells the hosts of a link by router advertisements (RFC 4861, RFC 8106) whether to ask DHCPv6, and which prefixes are on the link.
/// Firmware and iPXE do nothing over IPv6 before they have heard one. Other routers on the link are reported. Needs Linux and CAP_NET_RAW.
/// </summary>
/// <remarks>Without a router lifetime it is not a default router and does not interfere with a real one.</remarks>
/// <example>
/// <code>
/// var options = new RouterAdvertiserOptions { Interfaces = { "eth0" }, Prefixes = { new AdvertisedPrefix { Network =
/// IPNetwork.Parse("fd00:77::/64") } } }; await new RouterAdvertiser(options, new BootServices()).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class RouterAdvertiser
{
    private static readonly Counter<long> Advertisements = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.ra.advertisements", "{message}", "Router advertisements sent.");
    private static readonly Counter<long> Solicitations = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.ra.solicitations", "{message}", "Router solicitations received.");
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2");
    private const int MostNameServers = 8; // resolvers use three; one packet has room for them beside the prefixes

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly RouterAdvertiserOptions _options;
    private readonly IAddressSource6? _addresses;
    private readonly SafeObserver? _observer;
    private readonly TimeProvider _time;
    private readonly ListeningEndPoints _listening = new();

    /// <summary>Makes an advertiser; it sends once it runs.</summary>
    /// <param name="options">What it tells, and where.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">There is no interface to advertise on, a prefix, name server or domain cannot be advertised, or
    /// all together are too long for one packet.</exception>
    public RouterAdvertiser(RouterAdvertiserOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _options = new RouterAdvertiserOptions(new RouterAdvertiserOptionsValidator().Validated(options));
        if (options.Interfaces.Count == 0) throw new ArgumentException("There is no interface to advertise on.", nameof(options));
        _ = AdvertisementMessage.Write(options, new byte[6]);
        (_addresses, _time) = (services.Addresses6, services.TimeProvider);
        _logger = services.LoggerFactory.CreateLogger<RouterAdvertiser>();
        _observer = SafeObserver.Around(services.Observer, _logger);
    }

    /// <summary>
    /// The group of all routers on each interface, with port 0; completes when <see cref="RunAsync"/> listens, and fails as it fails.
    /// </summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Advertises until cancelled; a router then says that it is one no longer.</summary>
    /// <exception cref="SocketException">The process lacks CAP_NET_RAW.</exception>
    /// <exception cref="ArgumentException">An interface does not exist.</exception>
    /// <exception cref="InterfaceChangedException">An interface was removed, or created again. One that only goes down is advertised on
    /// again when it is up.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) => _listening.RunAsync(ServeAsync, cancellationToken);

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        var links = new List<AdvertisementLink>();
        var watches = new List<InterfaceWatch>();
        try
        {
            foreach (var name in _options.Interfaces)
            {
                links.Add(AdvertisementLink.Open(name));
                watches.Add(new InterfaceWatch(name, _time, index: links[^1].Index));
            }

            // The group that solicitations are sent to, on each link; ICMPv6 has no ports.
            _listening.Set(links.Select(l => new IPEndPoint(new IPAddress(AllRouters.GetAddressBytes(), l.Index), 0)));
            await ServerLoops.RunAsync(
                [
                    .. links.Select(l => (Func<CancellationToken, Task>)(token => AdvertiseAsync(l, token))),
                    .. watches.Select(w => (Func<CancellationToken, Task>)w.RunAsync),
                ],
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var watch in watches) watch.Dispose();
            foreach (var link in links) link.Dispose();
        }
    }

    private async Task AdvertiseAsync(AdvertisementLink link, CancellationToken cancellationToken)
    {
        LogAdvertising(link.Name);
        var clock = new SteadyClock(_time);
        var schedule = new AdvertisementSchedule(
            TimeSpan.FromSeconds(_options.LongestIntervalSeconds),
            clock.Now,
            () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20));
        var solicited = ReceiveAsync(link, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            var wait = schedule.Next - clock.Now;
            using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (wait > TimeSpan.Zero
                && await Task.WhenAny(solicited, Task.Delay(wait, _time, due.Token)).ConfigureAwait(false) == solicited)
            {
                await due.CancelAsync().ConfigureAwait(false);
                if (await solicited.ConfigureAwait(false)) schedule.Solicited(clock.Now);
                if (cancellationToken.IsCancellationRequested) break;
                solicited = ReceiveAsync(link, cancellationToken);
                continue;
            }

            if (cancellationToken.IsCancellationRequested) break;
            Send(link, isFarewell: false);
            schedule.Sent(clock.Now);
        }

        if (_options.RouterLifetimeSeconds > 0) Send(link, isFarewell: true);
    }

    /// <summary>Whether the next message received is a valid solicitation.</summary>
    private async Task<bool> ReceiveAsync(AdvertisementLink link, CancellationToken cancellationToken)
    {
        var buffer = new byte[AdvertisementMessage.MaxLength];
        try
        {
            var received =
                await link.Socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.IPv6Any, 0), cancellationToken)
                    .ConfigureAwait(false);
            var source = ((IPEndPoint)received.RemoteEndPoint).Address;
            var message = buffer.AsMemory(0, received.ReceivedBytes);
            if (AdvertisementMessage.TryRead(message.Span, source, out var heard)) Report(link, source, heard);
            if (!AdvertisementMessage.IsSolicitation(message.Span, source)) return false;
            Solicitations.Add(1);
            LogSolicited(source, link.Name);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException e)
        {
            LogReceiveFailed(link.Name, e);
            await Task.Delay(PauseAfterFailure, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private void Report(AdvertisementLink link, IPAddress router, ReceivedAdvertisement heard)
    {
        var now = _time.GetUtcNow();
        link.Reported.TryTake(router.GetAddressBytes(), now, out var isFirst);
        if (!isFirst) return;
        LogOtherRouter(router, link.Name, heard.ManagedAddresses, heard.OtherConfiguration, heard.RouterLifetime);
        // without the scope, which is this host's own matter
        _observer?.Observe(new BootObservation.OtherRouterSeen(now, heard.Hardware, new IPAddress(router.GetAddressBytes()))
        {
            Link = link.Name,
            ManagedAddresses = heard.ManagedAddresses,
            OtherConfiguration = heard.OtherConfiguration,
            RouterLifetime = heard.RouterLifetime,
        });
    }

    /// <summary>The name servers of the options, or those that DHCPv6 names on the prefixes now.</summary>
    internal static IReadOnlyList<IPAddress> NameServersOf(RouterAdvertiserOptions options, IAddressSource6? addresses) =>
        options.NameServers.Count > 0 ? [.. options.NameServers] :
        [
            .. options.Prefixes.SelectMany(prefix => addresses?.SubnetOf(prefix.Network.BaseAddress)?.NameServers ?? [])
                .Where(server => server.AddressFamily == AddressFamily.InterNetworkV6).Distinct().Take(MostNameServers),
        ];

    private void Send(AdvertisementLink link, bool isFarewell)
    {
        try
        {
            link.Send(AdvertisementMessage.Write(_options, link.Hardware, isFarewell, NameServersOf(_options, _addresses)));
            Advertisements.Add(1);
        }
        catch (SocketException e)
        {
            LogNotSent(link.Name, e); // the interface is down, or its link-local address is still being tried out
        }
    }
}

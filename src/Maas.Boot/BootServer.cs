using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Diagnostics;
using Maas.Boot.Dns;
using Maas.Boot.Files;
using Maas.Boot.Net;
using Maas.Boot.Ntp;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Scripts;
using Maas.Boot.Syslog;
using Maas.Boot.Tftp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot;

/// <summary>
/// Everything a link needs to boot machines from the network: DHCP (or proxy-DHCP beside another server) and TFTP, and where wanted DHCPv6,
/// router advertisements, DNS, SNTP and syslog, with one policy, one source of files, one observer.
/// </summary>
/// <remarks>
/// HTTP is the host's: it serves <see cref="Files"/> under the URL that <see cref="DhcpLinkOptions.HttpBase"/> names. Without
/// one, scripts, kernels and disks go by TFTP.
/// </remarks>
/// <example>
/// <code>
/// var options = new BootServerOptions { Interface = "eth0", Dhcp = new() { Mode = DhcpMode.Proxy } };
/// await new BootServer(options, policy, new DirectoryBootFiles("/srv/boot")).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed class BootServer
{
    private readonly List<ServerSupervisor> _servers = [];

    /// <summary>Composes the servers; no socket is opened yet.</summary>
    /// <param name="options">What to answer, and where.</param>
    /// <param name="policy">Says what each machine boots.</param>
    /// <param name="files">The application's files; <see cref="Files"/> adds the scripts.</param>
    /// <param name="addresses">Says which address a client gets; needed in <see cref="DhcpMode.Full"/> only.</param>
    /// <param name="observer">Told what happens on the wire.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="loggerFactory">Where it logs.</param>
    /// <param name="hosts">Which machines DNS names; needed for DNS only.</param>
    /// <param name="addresses6">Which IPv6 address a client gets; <see langword="null"/> leaves IPv6 addresses to others.</param>
    /// <exception cref="ArgumentException">Full mode without an address source, DNS without hosts, or syslog without an
    /// observer.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public BootServer(
        BootServerOptions options,
        IBootPolicy policy,
        IBootFiles files,
        IAddressSource? addresses = null,
        IBootObserver? observer = null,
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        IHostDirectory? hosts = null,
        LeaseAllocator6? addresses6 = null)
    {
        loggerFactory ??= NullLoggerFactory.Instance;
        var time = timeProvider ?? TimeProvider.System;
        var logger = loggerFactory.CreateLogger<BootServer>();
        var told = SafeObserver.Around(observer, logger);
        var place = new ServerBinding(options.Interface, options.Address, time);
        Files = new BootFileSource(policy, files, observer, timeProvider, loggerFactory.CreateLogger<BootFileSource>());
        if (options.Dhcp is { } dhcp)
        {
            if (dhcp.Mode == DhcpMode.Full && addresses is null)
                throw new ArgumentException(
                    "Leasing addresses needs an address source; beside another DHCP server, choose proxy mode.", nameof(addresses));
            if (options.Interface is { } device && dhcp.Interfaces.Count == 0 && dhcp.ListenOn is null) dhcp.Interfaces.Add(device);
            dhcp.Capture ??= options.Capture;
            Add(
                "DHCP",
                () => new DhcpServer(dhcp, addresses, policy, observer, timeProvider, loggerFactory.CreateLogger<DhcpServer>()).RunAsync);
        }

        if (options.Dhcp6 is { } dhcp6)
        {
            if (options.Interface is { } device && dhcp6.Interfaces.Count == 0 && dhcp6.ListenOn is null) dhcp6.Interfaces.Add(device);
            dhcp6.Capture ??= options.Capture;
            Add(
                "DHCPv6",
                () =>
                    new Dhcp6Server(dhcp6, addresses6, policy, observer, timeProvider, loggerFactory.CreateLogger<Dhcp6Server>()).RunAsync);
        }

        if (options.RouterAdvertisement is { } advertisement)
        {
            if (options.Interface is { } device && advertisement.Interfaces.Count == 0) advertisement.Interfaces.Add(device);
            Add(
                "router advertisement",
                () => new RouterAdvertiser(advertisement, observer, timeProvider, loggerFactory.CreateLogger<RouterAdvertiser>()).RunAsync);
        }

        if (options.Tftp is { } tftp)
        {
            tftp.Interface ??= options.Interface;
            tftp.Capture ??= options.Capture;
            // takes IPv4 too
            if (options.Dhcp6 is not null && tftp.Listen.Address.Equals(IPAddress.Any))
                tftp.Listen = new IPEndPoint(IPAddress.IPv6Any, tftp.Listen.Port);
            Add("TFTP", () => new TftpServer(Files, tftp, observer, timeProvider, loggerFactory.CreateLogger<TftpServer>()).RunAsync);
        }

        if (options.Dns is { } dns)
        {
            if (hosts is null) throw new ArgumentException("Naming machines needs a directory of them.", nameof(hosts));
            dns.Interface ??= options.Interface;
            Add("DNS", () => new DnsServer(dns, hosts, timeProvider, loggerFactory.CreateLogger<DnsServer>()).RunAsync);
        }

        if (options.Sntp is { } sntp)
        {
            sntp.Interface ??= options.Interface;
            Add("SNTP", () => new SntpServer(sntp, time, loggerFactory.CreateLogger<SntpServer>()).RunAsync);
        }

        if (options.Syslog is { } syslog)
        {
            if (observer is null) throw new ArgumentException("Lines that machines log need an observer who is told.", nameof(observer));
            syslog.Interface ??= options.Interface;
            Add("syslog", () => new SyslogServer(syslog, observer, time, loggerFactory.CreateLogger<SyslogServer>()).RunAsync);
        }

        void Add(string name, Func<Func<CancellationToken, Task>> make) =>
            _servers.Add(new ServerSupervisor(name, make, place, options.OnFailure, told, time, logger));
    }

    /// <summary>Scripts, then the application's files: what TFTP serves, for a host that serves it over HTTP too.</summary>
    public BootFileSource Files { get; }

    /// <summary>How each server does: for a health check, or a page that an operator reads.</summary>
    public IReadOnlyList<ServerHealth> Health => [.. _servers.Select(s => s.Health)];

    /// <summary>
    /// Serves until cancelled. A server that fails (its port is taken, its interface is gone, another DHCP server answers on the link) is
    /// logged, reported to the observer and started again, and the others go on; with <see cref="ServerFailureAction.Stop"/> all stop
    /// instead.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken, or needs a privilege that the process lacks; with
    /// <see cref="ServerFailureAction.Stop"/> only.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_servers.Count > 0)
            await ServerLoops.RunAsync(_servers.Select(s => (Func<CancellationToken, Task>)s.RunAsync), cancellationToken)
                .ConfigureAwait(false);
    }
}

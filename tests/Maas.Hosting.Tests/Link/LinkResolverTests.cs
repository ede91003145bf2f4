using System.Net;
using Maas.Boot;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests.Link;

public sealed class LinkResolverTests
{
    private static readonly byte[] Mac = [0x52, 0x54, 0, 1, 2, 3];

    [Fact]
    public void An_ARP_reply_tells_of_its_own_sender_and_of_nobody_else()
    {
        byte[] reply = [0, 1, 8, 0, 6, 4, 0, 2, .. Mac, 10, 0, 0, 100, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1];
        ResolverSockets.TryReadReply(reply, Mac, out var address, out var hardware).Should().BeTrue();
        (address, hardware).Should().Be((IPAddress.Parse("10.0.0.100"), HardwareAddress.Parse("52:54:00:01:02:03")));

        ResolverSockets.TryReadReply(reply, (byte[])[0x52, 0x54, 0, 6, 6, 6], out _, out _).Should().BeFalse("the frame is another host's");
        byte[] request = [.. reply];
        request[7] = 1;
        ResolverSockets.TryReadReply(request, Mac, out _, out _).Should().BeFalse();
        for (var length = 0; length < reply.Length; length++)
            ResolverSockets.TryReadReply(reply.AsSpan(0, length), Mac, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void A_neighbour_advertisement_tells_the_hardware_address_of_its_target()
    {
        byte[] advertisement =
            [136, 0, 0, 0, 0x60, 0, 0, 0, .. IPAddress.Parse("fd00:77::1000").GetAddressBytes(), 14, 1, 0, 0, 0, 0, 0, 0, 2, 1, .. Mac];
        ResolverSockets.TryReadAdvertisement(advertisement, out var address, out var hardware).Should().BeTrue();
        (address, hardware).Should().Be((IPAddress.Parse("fd00:77::1000"), HardwareAddress.Parse("52:54:00:01:02:03")));
        for (var length = 0; length < advertisement.Length; length++)
            ResolverSockets.TryReadAdvertisement(advertisement.AsSpan(0, length), out _, out _).Should().BeFalse();
        byte[] endless = [.. advertisement[..24], 14, 0, .. new byte[14]];
        ResolverSockets.TryReadAdvertisement(endless, out _, out _).Should().BeFalse("an option has a length");
    }

    [Fact]
    public async Task A_real_link_tells_who_has_an_address_over_IPv4_and_IPv6_and_nothing_of_an_address_that_nobody_has()
    {
        await using var link = await NamespaceLink.CreateAsync("10.94.0.1/24", "fd00:94::1/64");
        var host = await link.AddHostAsync("52:54:00:01:02:03");
        await host.Ip("addr", "add", "10.94.0.100/24", "dev", "card");
        await host.Ip("addr", "add", "fd00:94::100/64", "dev", "card", "nodad");
        var served = new BootNetwork(IPAddress.Parse("10.94.0.1"), IPNetwork.Parse("10.94.0.0/24"));
        using var resolver = new LinkResolver(link.Bridge, served, IPNetwork.Parse("fd00:94::/64"), TimeProvider.System);

        foreach (var address in new[] { "10.94.0.100", "fd00:94::100" })
            (await resolver.ResolveAsync(IPAddress.Parse(address), TestContext.Current.CancellationToken)).Should()
                .Be(HardwareAddress.Parse("52:54:00:01:02:03"), address);
        foreach (var address in new[] { "10.94.0.101", "fd00:94::101", "10.95.0.100", "fd00:95::100" })
            (await resolver.ResolveAsync(IPAddress.Parse(address), TestContext.Current.CancellationToken)).Should().BeNull(address);
    }

    [Fact]
    public async Task An_interface_that_goes_down_and_up_or_is_created_again_is_asked_as_before()
    {
        await using var link = await NamespaceLink.CreateAsync("10.94.0.1/24", "fd00:94::1/64");
        var host = await link.AddHostAsync("52:54:00:01:02:03");
        await host.Ip("addr", "add", "10.94.0.100/24", "dev", "card");
        await host.Ip("addr", "add", "fd00:94::100/64", "dev", "card", "nodad");
        using var resolver =
            new LinkResolver(
            link.Bridge, new BootNetwork(IPAddress.Parse("10.94.0.1"), IPNetwork.Parse("10.94.0.0/24")), IPNetwork.Parse("fd00:94::/64"),
                TimeProvider.System);
        await ShouldSeeAsync();

        await NamespaceLink.Ip("link", "set", link.Bridge, "down");
        (await resolver.ResolveAsync(IPAddress.Parse("10.94.0.100"), TestContext.Current.CancellationToken)).Should().BeNull();
        await link.ComeUpAsync("10.94.0.1/24", "fd00:94::1/64");
        await ShouldSeeAsync();

        await NamespaceLink.Ip("link", "del", link.Bridge);
        (await resolver.ResolveAsync(IPAddress.Parse("10.94.0.100"), TestContext.Current.CancellationToken)).Should().BeNull();
        await NamespaceLink.Ip("link", "add", link.Bridge, "address", NamespaceLink.HardwareAddress, "type", "bridge");
        await link.ComeUpAsync("10.94.0.1/24", "fd00:94::1/64");
        await ShouldSeeAsync();

        async Task ShouldSeeAsync()
        {
            foreach (var address in (string[])["10.94.0.100", "fd00:94::100"])
                (await resolver.ResolveAsync(IPAddress.Parse(address), TestContext.Current.CancellationToken)).Should()
                    .Be(HardwareAddress.Parse("52:54:00:01:02:03"), address);
        }
    }
}

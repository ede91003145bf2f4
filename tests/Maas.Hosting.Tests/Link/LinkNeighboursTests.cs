using System.Net;
using Maas.Boot;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests.Link;

public class LinkNeighboursTests
{
    // As Linux 6 writes it.
    private static readonly string[] Table =
    [
        "IP address       HW type     Flags       HW address            Mask     Device",
        "10.0.0.100       0x1         0x2         52:54:00:12:34:56     *        br0",
        "10.0.0.101       0x1         0x0         00:00:00:00:00:00     *        br0",
        "10.0.0.102       0x1         0x2         52:54:00:12:34:99     *        eth0",
        "rubbish",
    ];

    [Theory]
    [InlineData("10.0.0.100", "52:54:00:12:34:56")]
    [InlineData("10.0.0.101", null)]
    [InlineData("10.0.0.102", null)]
    [InlineData("10.0.0.103", null)]
    public void A_neighbour_is_known_when_it_was_heard_on_this_link(string address, string? hardware) =>
        LinkNeighbours.Find(Table, IPAddress.Parse(address), "br0").Should().Be(hardware is null ? null : HardwareAddress.Parse(hardware));

    [Fact]
    public void Where_there_is_no_table_nobody_is_known()
    {
        var neighbours = new LinkNeighbours("br0", "/nonexistent/arp");
        neighbours.Has(HardwareAddress.Parse("52:54:00:12:34:56"), IPAddress.Parse("10.0.0.100")).Should().BeFalse();
    }
}

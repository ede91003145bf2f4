using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Maas.Boot;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests.Link;

public class NeighbourTableTests
{
    private const ushort Reachable = 2, Incomplete = 1, Failed = 0x20;

    [Fact]
    public void Those_whom_the_kernel_has_resolved_are_read_and_the_others_are_not()
    {
        var neighbours = new List<Neighbour>();
        byte[] answer =
        [
            .. Message(28, One(3, Reachable, "10.0.0.100", [0x52, 0x54, 0, 1, 2, 3])),
            .. Message(28, One(3, Incomplete, "10.0.0.101", [])),
            .. Message(28, One(3, Failed, "10.0.0.102", [0x52, 0x54, 0, 1, 2, 4])),
            .. Message(28, One(4, Reachable, "fd00:77::1000", [0x52, 0x54, 0, 1, 2, 5])),
        ];
        NeighbourTable.Parse(answer, neighbours).Should().BeFalse("the end is told by a message of its own");
        neighbours.Should().Equal(
            new Neighbour(3, IPAddress.Parse("10.0.0.100"), HardwareAddress.Parse("52:54:00:01:02:03")),
            new Neighbour(4, IPAddress.Parse("fd00:77::1000"), HardwareAddress.Parse("52:54:00:01:02:05")));
        NeighbourTable.Parse(Message(3, new byte[4]), neighbours).Should().BeTrue();
    }

    [Fact]
    public void Whatever_is_cut_off_is_read_as_far_as_it_goes()
    {
        var whole = Message(28, One(3, Reachable, "fd00:77::1000", [0x52, 0x54, 0, 1, 2, 5]));
        for (var length = 0; length < whole.Length; length++)
        {
            var neighbours = new List<Neighbour>();
            NeighbourTable.Parse(whole.AsSpan(0, length), neighbours).Should().BeTrue();
            neighbours.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    [SupportedOSPlatform("linux")]
    public void The_kernel_answers(AddressFamily family)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux has such a table.");
        NeighbourTable.Read(family).Should().NotContain(n => n.Address.AddressFamily != family);
        new LinkNeighbours(interfaceIndex: () => int.MaxValue, resolver: null, TimeProvider.System).OwnerOf(IPAddress.Parse("10.0.0.100"))
            .Should().BeNull();
    }

    private static byte[] One(int interfaceIndex, ushort state, string address, byte[] hardware) =>
        [0, 0, 0, 0, .. Of(interfaceIndex), .. Of(state), 0, 0, .. Attribute(1, IPAddress.Parse(address).GetAddressBytes()),
        .. hardware.Length == 0 ? [] : Attribute(2, hardware)];

    private static byte[] Attribute(ushort type, byte[] value) =>
        [.. Of((ushort)(4 + value.Length)), .. Of(type), .. value, .. new byte[-value.Length & 3]];

    private static byte[] Message(ushort type, byte[] body) =>
        [.. Of(16 + body.Length), .. Of(type), .. Of((ushort)2), .. Of(1), .. Of(0), .. body];

    private static byte[] Of<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref value, 1)).ToArray();
}

using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class HotPathTests
{
    private const int Rounds = 2000;

    [Fact]
    public async Task Deciding_and_writing_the_answer_to_a_renewal_allocates_nothing()
    {
        var scene = await LeaseScene.OpenAsync();
        var request = LeaseScene.From(1);
        request.Type = DhcpMessageType.Request;
        request.ClientAddress = IPAddress.Parse(scene.Lease(1)!);
        request.Options.Set(DhcpOptionCode.HostName, "machine");
        var datagram = DhcpMessageTests.Write(request, 548);
        var (read, reply, buffer) = (new DhcpMessage(), new DhcpMessage(), new byte[1472]);
        var server = IPAddress.Parse("10.0.0.1").ToIPv4();

        void Answer()
        {
            read.TryRead(datagram);
            var state = ClientState.Of(read, server);
            var question = new AddressRequest(state.Kind!.Value, read, ClientState.LinkOf(read, server), state.Address);
            var pending = scene.Addresses.AskAsync(question, default);
            var facts = new DhcpResponseContext(server, pending.IsCompletedSuccessfully ? pending.Result : default, null);
            DhcpResponder.Respond(read, facts, reply);
            DhcpResponder.Write(reply, buffer.AsSpan(0, DhcpResponder.LongestReplyTo(read)));
        }

        for (var i = 0; i < Rounds; i++) Answer();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++) Answer();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        Captures.Parse(buffer).Type.Should().Be(DhcpMessageType.Ack);
        each.Should().Be(0);
    }

    [Fact]
    public void Reading_and_writing_a_message_again_and_again_allocates_nothing()
    {
        var datagram = Captures.Dhcp("uefi-pxe-x64-snponly-ipxe").First();
        var (message, buffer) = (new DhcpMessage(), new byte[1472]);
        for (var i = 0; i < Rounds; i++) message.TryRead(datagram);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            message.TryRead(datagram);
            message.TryWrite(buffer, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}

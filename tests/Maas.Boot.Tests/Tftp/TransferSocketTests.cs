using System.Net;
using System.Net.Sockets;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public sealed class TransferSocketTests : IDisposable
{
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
    private readonly TransferSocket _socket;

    public TransferSocketTests()
    {
        _client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket = new TransferSocket.OwnPort(IPAddress.Loopback, (IPEndPoint)_client.LocalEndPoint!, device: null);
        _client.Connect(_socket.OwnSocket!.LocalEndPoint!);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _client.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_receives_what_is_there_and_does_not_wait_for_long_for_what_is_not(bool mayWait)
    {
        var buffer = new byte[10];
        _socket.Receive(buffer, mayWait, out var error).Should().Be(0);
        error.Should().Be(SocketError.WouldBlock);
        _client.Send([7, 8]);
        _socket.Receive(buffer, mayWait, out error).Should().Be(2);
        error.Should().Be(SocketError.Success);
        buffer.Should().StartWith([7, 8]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_that_has_closed_its_port_is_noticed_when_receiving(bool mayWait)
    {
        _client.Dispose();
        _socket.Send([1]);
        _socket.Receive(new byte[10], mayWait, out var error).Should().Be(0);
        error.Should().Be(SocketError.ConnectionRefused);
    }

    [Fact]
    public void Packets_leave_together_and_arrive_one_by_one()
    {
        _socket.Send([1, 1, 1, 2, 2, 2, 3], stride: 3);
        foreach (var expected in (byte[][])[[1, 1, 1], [2, 2, 2], [3]])
        {
            var buffer = new byte[10];
            buffer[.._client.Receive(buffer)].Should().Equal(expected);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class SocketPollerTests
{
    public static TheoryData<string> Pollers => OperatingSystem.IsLinux() ? ["select", "epoll"] : ["select"];

    [Theory]
    [MemberData(nameof(Pollers))]
    public void What_can_be_read_is_named_until_it_is_read(string kind)
    {
        using var poller = Create(kind);
        using var first = Bound();
        using var second = Bound();
        poller.Add(first, 7);
        poller.Add(second, 8);
        var ready = new int[4];
        poller.Wait(TimeSpan.Zero, ready).Should().Be(0);
        first.SendTo([1], second.LocalEndPoint!);
        poller.Wait(TimeSpan.FromSeconds(5), ready).Should().Be(1);
        ready[0].Should().Be(8);
        poller.Wait(TimeSpan.Zero, ready).Should().Be(1);
        second.Receive(new byte[10]);
        poller.Wait(TimeSpan.Zero, ready).Should().Be(0);
        poller.Remove(second, 8);
        first.SendTo([1], second.LocalEndPoint!);
        poller.Wait(TimeSpan.Zero, ready).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Pollers))]
    public void It_can_be_woken_before_and_while_it_waits(string kind)
    {
        using var poller = Create(kind);
        poller.Wake();
        poller.Wait(Timeout.InfiniteTimeSpan, new int[4]).Should().Be(0);
        var thread = new Thread(() => poller.Wait(Timeout.InfiniteTimeSpan, new int[4]));
        thread.Start();
        poller.Wake();
        thread.Join(TimeSpan.FromSeconds(10)).Should().BeTrue();
    }

    private static SocketPoller Create(string kind) =>
        kind == "select" || !OperatingSystem.IsLinux() ? new SelectPoller() : new EpollPoller();

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Ntp;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Ntp;

public class SntpServerTests
{
    [Fact]
    public async Task A_request_over_a_socket_is_answered_with_the_hosts_time()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        var server = new SntpServer(
            new SntpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, new BootServices { TimeProvider = time });
        var run = server.RunAsync(stop.Token);
        using var client = new UdpClient();
        client.Connect((await server.Listening)[0]);

        var request = new byte[48];
        request[0] = 0b00_100_011;
        await client.SendAsync("rubbish first"u8.ToArray(), stop.Token);
        await client.SendAsync(request, stop.Token);
        var answer = await client.ReceiveAsync(stop.Token);

        NtpTimestamp.ToTime(BinaryPrimitives.ReadUInt64BigEndian(answer.Buffer.AsSpan(40))).Should().Be(time.GetUtcNow());
        await stop.CancelAsync();
        await run;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Maas.Boot.Syslog;

namespace Maas.Boot.Tests.Syslog;

public class SyslogServerTests
{
    [Fact]
    public async Task Each_line_is_reported_with_its_sender()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var observer = new ChannelObserver();
        var server = new SyslogServer(
            new SyslogServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), LinesPerSender = 1 },
            new BootServices { Observer = observer });
        var run = server.RunAsync(stop.Token);
        using var client = new UdpClient();
        client.Connect((await server.Listening)[0]);

        await client.SendAsync("<30>anna[6021]: resolver"u8.ToArray(), stop.Token);

        var logged = (BootObservation.LineLogged)await observer.Reports.Reader.ReadAsync(stop.Token);
        logged.Client.Should().Be(IPAddress.Loopback);
        logged.Line.Program.Should().Be("anna");
        await stop.CancelAsync();
        await run;
    }

    private sealed class ChannelObserver : IBootObserver
    {
        public Channel<BootObservation> Reports { get; } = Channel.CreateUnbounded<BootObservation>();

        public void Observe(BootObservation observation) => Reports.Writer.TryWrite(observation);
    }
}

using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Maas.Boot.Tests;

public class BootServerTests
{
    private static readonly Application Everything = new();

    [Fact]
    public async Task The_servers_run_and_stop_together()
    {
        var free = FreePort();
        var options = new BootServerOptions
        {
            Dhcp = new() { Mode = DhcpMode.Proxy, ListenOn = new IPEndPoint(IPAddress.Loopback, 0), BootServicePort = 0 },
            Tftp = new() { Listen = new IPEndPoint(IPAddress.Loopback, free) },
        };
        using var stop = new CancellationTokenSource();
        var running = new BootServer(options, Everything, Everything).RunAsync(stop.Token);
        using var client = new RawClient(new IPEndPoint(IPAddress.Loopback, free));
        client.AskRead("ipxe/52-54-00-00-00-01", "blksize\01400\0");
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0006");
        client.Acknowledge(0);
        (await client.ReceiveTextAsync()).Should().Contain("sanboot");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task When_one_cannot_listen_none_runs()
    {
        using var holder = new TftpServer(Everything, new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        var options = new BootServerOptions
        {
            Dhcp = new() { Mode = DhcpMode.Proxy, ListenOn = new IPEndPoint(IPAddress.Loopback, 0), BootServicePort = 0 },
            Tftp = new() { Listen = holder.Bind() },
        };
        var act = () => new BootServer(options, Everything, Everything).RunAsync(TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<System.Net.Sockets.SocketException>();
    }

    [Fact]
    public void Leasing_without_addresses_is_said_when_composed()
    {
        var act = () => new BootServer(new BootServerOptions { Interface = "eth0" }, Everything, Everything);
        act.Should().Throw<ArgumentException>().WithMessage("*proxy*");
    }

    [Fact]
    public async Task A_host_runs_it_and_finds_the_files()
    {
        var free = FreePort();
        var builder = new ServiceCollection();
        builder.AddSingleton<IBootPolicy>(Everything).AddSingleton<IBootFiles>(Everything);
        builder.AddMaasBoot(o =>
        {
            o.Dhcp = null;
            o.Tftp!.Listen = new IPEndPoint(IPAddress.Loopback, free);
        });
        await using var services = builder.BuildServiceProvider();
        services.GetRequiredService<BootFileSource>().Should().BeSameAs(services.GetRequiredService<BootServer>().Files);
        var hosted = services.GetServices<IHostedService>().Should().ContainSingle().Subject;
        await hosted.StartAsync(TestContext.Current.CancellationToken);
        using var client = new RawClient(new IPEndPoint(IPAddress.Loopback, free));
        // The host starts it in the background: a client asks until it is there.
        do client.AskRead("file");
        while (client.HearsNothing(TimeSpan.FromMilliseconds(100)));
        (await client.ReceiveTextAsync()).Should().EndWith("content");
        await hosted.StopAsync(TestContext.Current.CancellationToken);
    }

    private static int FreePort()
    {
        using var server = new TftpServer(Everything, new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        return server.Bind().Port;
    }

    private sealed class Application : IBootPolicy, IBootFiles
    {
        public ValueTask<BootInstruction?> DecideAsync(BootQuestion question, CancellationToken cancellationToken) => new(new BootInstruction.LocalDisk());

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(request.Name == "file" ? BootFile.FromBytes("content"u8.ToArray()) : null);
    }
}

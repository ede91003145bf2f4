using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tests;

public class BootServerTests
{
    private static readonly Application Everything = new();
    private static readonly BootServices Services = new() { Policy = Everything, Files = Everything };

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
        var running = new BootServer(options, Services).RunAsync(stop.Token);
        using var client = new RawClient(new IPEndPoint(IPAddress.Loopback, free));
        client.AskRead("ipxe/52-54-00-00-00-01", "blksize\01400\0");
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0006");
        client.Acknowledge(0);
        (await client.ReceiveTextAsync()).Should().Contain("sanboot");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task When_a_failure_shall_stop_all_and_one_cannot_listen_none_runs()
    {
        using var holder = new TftpServer(new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Services);
        var options = new BootServerOptions
        {
            OnFailure = ServerFailureAction.Stop,
            Dhcp = new() { Mode = DhcpMode.Proxy, ListenOn = new IPEndPoint(IPAddress.Loopback, 0), BootServicePort = 0 },
            Tftp = new() { Listen = holder.Bind() },
        };
        var act = () => new BootServer(options, Services).RunAsync(TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<System.Net.Sockets.SocketException>();
    }

    public static TheoryData<string> Servers => ["dhcp", "dhcp6", "tftp", "dns", "sntp", "syslog"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_taken_port_is_named_by_the_error_that_ends_the_host(string server)
    {
        using var holder = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        holder.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        // bound above
        var taken = new IPEndPoint(
            server == "dhcp6" ? IPAddress.IPv6Loopback : IPAddress.Loopback, ((IPEndPoint)holder.LocalEndPoint!).Port);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBootPolicy>(Everything)
            .AddSingleton<IBootFiles>(Everything)
            .AddSingleton<IBootObserver>(Everything)
            .AddSingleton<IHostDirectory>(Everything);
        builder.Services.AddMaasBoot(o =>
        {
            (o.Dhcp, o.Tftp, o.OnFailure) = (null, null, ServerFailureAction.Stop);
            switch (server)
            {
                case "dhcp": o.Dhcp = new() { Mode = DhcpMode.Full, ListenOn = taken }; break;
                case "dhcp6": o.Dhcp6 = new() { ListenOn = taken, ServerIdentifier = Dhcp6.Server.Packet6.Server }; break;
                case "tftp": o.Tftp = new() { Listen = taken }; break;
                case "dns": o.Dns = new() { Listen = taken, Domain = "maas", ServerName = "ns.maas" }; break;
                case "sntp": o.Sntp = new() { Listen = taken }; break;
                case "syslog": o.Syslog = new() { Listen = taken }; break;
            }
        });
        builder.Services.AddSingleton<IAddressSource>(
            await LeaseAllocator.OpenAsync([Dhcp4.Leases.LeaseScene.Subnet], new InMemoryLeaseStore()));
        using var host = builder.Build();
        await FluentActions.Awaiting(() => host.RunAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<SocketException>()
            .WithMessage($"UDP port {taken.Port} of {taken.Address} cannot be taken: *");
    }

    [Fact]
    public void Leasing_without_addresses_is_said_when_composed()
    {
        var act = () => new BootServer(new BootServerOptions { Interface = "eth0" }, Services);
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
        using var server = new TftpServer(new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Services);
        return server.Bind().Port;
    }

    private sealed class Application : IBootPolicy, IBootFiles, IBootObserver, IHostDirectory
    {
        public uint Serial => 1;

        public void Observe(BootObservation observation)
        {
        }

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => null;

        public string? HostAt(IPAddress address) => null;

        public IEnumerable<string> Hosts() => [];

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.LocalDisk());

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(request.Name == "file" ? BootFile.FromBytes("content"u8.ToArray()) : null);
    }
}

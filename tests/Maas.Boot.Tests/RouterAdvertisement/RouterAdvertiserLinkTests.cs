using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Judges;

namespace Maas.Boot.Tests.RouterAdvertisement;

/// <summary>An advertiser on a link that changes below it.</summary>
[Collection("network namespaces")]
public sealed class RouterAdvertiserLinkTests
{
    [Fact]
    public async Task An_advertiser_ends_with_the_reason_when_its_interface_is_removed()
    {
        await using var lab = await VethLab.CreateAsync("fd00:69::1/64");
        var options = new RouterAdvertiserOptions { Interfaces = { "vs" } };
        var running = VethLab.Inside(
            lab.Server, () => new RouterAdvertiser(options, new BootServices()).RunAsync(TestContext.Current.CancellationToken));
        await IpAsync("-n", lab.Server, "link", "del", "vs");
        await FluentActions.Awaiting(() => running.WaitAsync(TimeSpan.FromSeconds(30))).Should()
            .ThrowAsync<InterfaceChangedException>().WithMessage("The interface vs was removed.");
    }

    [Fact]
    public async Task An_interface_that_goes_down_and_up_is_advertised_on_as_before()
    {
        await using var lab = await VethLab.CreateAsync("fd00:69::1/64");
        await lab.SettleAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var options = new RouterAdvertiserOptions { Interfaces = { "vs" } };
        var running = VethLab.Inside(lab.Server, () => new RouterAdvertiser(options, new BootServices()).RunAsync(stop.Token));
        await SolicitAsync(lab);
        foreach (var state in (string[])["down", "up"]) await IpAsync("-n", lab.Server, "link", "set", "vs", state);
        await SolicitAsync(lab);
        running.IsCompleted.Should().BeFalse();
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_boot_server_advertises_on_an_interface_that_was_deleted_and_created_again()
    {
        await using var lab = await VethLab.CreateAsync("fd00:69::1/64");
        await lab.SettleAsync();
        var folder = Directory.CreateTempSubdirectory("maas-advertiser-");
        var built = Repository.PathOf($"samples/Dhcp6Server/bin/{Repository.Configuration}/net10.0/Dhcp6Server");
        var program = Judge.RequireFile(built, "(dotnet build samples/Dhcp6Server)");
        string[] arguments =
        [
            folder.FullName, "--interface", "vs", "--subnet", "fd00:69::/64", "--range", "fd00:69::1000-fd00:69::10ff",
            "--leases", Path.Combine(folder.FullName, "leases"),
        ];
        // unlike ip, it becomes the program
        using var server = Judge.Start("nsenter", [$"--net=/var/run/netns/{lab.Server}", program, .. arguments]);
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        try
        {
            await SolicitAsync(lab);
            await IpAsync("-n", lab.Server, "link", "del", "vs");
            await IpAsync("link", "add", "vs", "netns", lab.Server, "type", "veth", "peer", "name", "vc", "netns", lab.Client);
            foreach (var (name, end) in ((string, string)[])[(lab.Server, "vs"), (lab.Client, "vc")])
                await IpAsync("-n", name, "link", "set", end, "up");
            await IpAsync("-n", lab.Server, "addr", "add", "fd00:69::1/64", "dev", "vs", "nodad");
            await SolicitAsync(lab);
            server.HasExited.Should().BeFalse();
        }
        finally
        {
            if (!server.HasExited) server.Kill();
            await server.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Solicits routers until an advertisement comes.</summary>
    private static async Task SolicitAsync(VethLab lab)
    {
        using var socket = VethLab.Inside(lab.Client, () => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6));
        socket.SetRawSocketOption(1, 25, "vc\0"u8);                        // SOL_SOCKET, SO_BINDTODEVICE
        socket.SetRawSocketOption(41, 18, BitConverter.GetBytes(255));     // IPPROTO_IPV6, IPV6_MULTICAST_HOPS: RFC 4861 section 6.1.1
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var index = VethLab.Inside(lab.Client, () => InterfaceState.Read("vc")!.Index);
        var buffer = new byte[1500];
        while (true)
        {
            Solicit(socket, index);
            while (socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead))
                if (await socket.ReceiveAsync(buffer, patience.Token) > 0 && buffer[0] == AdvertisementMessage.RouterAdvertisement) return;
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static void Solicit(Socket socket, int index)
    {
        try
        {
            var routers = new IPAddress(IPAddress.Parse("ff02::2").GetAddressBytes(), index);
            socket.SendTo([AdvertisementMessage.RouterSolicitation, 0, 0, 0, 0, 0, 0, 0], new IPEndPoint(routers, 0));
        }
        catch (SocketException)
        {
            // The link has just come up, and its address is still being tried out: the next round sends again.
        }
    }

    private static async Task IpAsync(params string[] arguments) => (await Judge.RunAsync("ip", arguments)).Approved();
}

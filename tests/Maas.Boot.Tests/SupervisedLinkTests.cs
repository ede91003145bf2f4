using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;
using Maas.Judges;

namespace Maas.Boot.Tests;

/// <summary><c>samples/PxeServer</c> on a link that changes below it: it serves what is there now, and says why it does not.</summary>
[Collection("network namespaces")]
public class SupervisedLinkTests
{
    private static readonly IPAddress First = IPAddress.Parse("10.68.0.1"), Second = IPAddress.Parse("10.68.0.2");

    [Fact]
    public async Task A_server_whose_interface_changes_its_address_answers_as_the_new_one()
    {
        await using var lab = await VethLab.CreateAsync("10.68.0.1/24", "10.68.0.9/24");
        await using var server = await Server.StartAsync(lab);
        (await ServerOfOfferAsync(lab, s => s.Equals(First))).Should().Be(First);

        await IpAsync("-n", lab.Server, "addr", "del", "10.68.0.1/24", "dev", "vs");
        await server.SaysAsync("no longer has the address 10.68.0.1");
        await IpAsync("-n", lab.Server, "addr", "add", "10.68.0.2/24", "dev", "vs");
        (await ServerOfOfferAsync(lab, _ => true)).Should().Be(Second, "nothing is offered as 0.0.0.0 or as the address that is gone");
    }

    [Fact]
    public async Task A_server_whose_interface_is_deleted_and_made_again_serves_the_new_one()
    {
        await using var lab = await VethLab.CreateAsync("10.68.0.1/24", "10.68.0.9/24");
        await using var server = await Server.StartAsync(lab);
        (await ServerOfOfferAsync(lab, _ => true)).Should().Be(First);
        (await FetchAsync(lab, First)).Should().Be("content");

        await IpAsync("-n", lab.Server, "link", "del", "vs");
        await server.SaysAsync("The interface vs was removed");
        await IpAsync("link", "add", "vs", "netns", lab.Server, "type", "veth", "peer", "name", "vc", "netns", lab.Client);
        foreach (var (name, end, address) in ((string, string, string)[])
        [
            (lab.Server, "vs", "10.68.0.1/24"), (lab.Client, "vc", "10.68.0.9/24")
        ])
        {
            await IpAsync("-n", name, "link", "set", end, "up");
            await IpAsync("-n", name, "addr", "add", address, "dev", end);
        }

        (await ServerOfOfferAsync(lab, _ => true)).Should().Be(First);
        (await FetchAsync(lab, First)).Should().Be("content");
    }

    [Fact]
    public async Task Beside_another_DHCP_server_all_else_is_served_and_DHCP_begins_when_the_other_has_gone()
    {
        await using var lab = await VethLab.CreateAsync("10.68.0.1/24", "10.68.0.9/24");
        using var other = Judge.Start("ip",
        [
            "netns", "exec", lab.Client, "dnsmasq", "-d", "--user=root", "-p0", "-C", "/dev/null", "--interface=vc",
            "--dhcp-range=10.68.0.50,10.68.0.60", "--dhcp-leasefile=/dev/null", "--pid-file",
        ]);
        try
        {
            while (await other.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
                && !line.Contains("IP range", StringComparison.Ordinal)) { }
            await using var server = await Server.StartAsync(lab);
            await server.SaysAsync("Another DHCP server, 10.68.0.9, answers on vs");
            (await FetchAsync(lab, First)).Should().Be("content", "TFTP does not wait for DHCP");
            other.Kill(entireProcessTree: true);
            await other.WaitForExitAsync(TestContext.Current.CancellationToken);
            (await ServerOfOfferAsync(lab, _ => true)).Should().Be(First);
        }
        finally
        {
            if (!other.HasExited) other.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Asks until a server offers something, and returns who it says it is.</summary>
    private static async Task<IPAddress> ServerOfOfferAsync(VethLab lab, Predicate<IPAddress> isAwaited)
    {
        using var client = lab.ClientSocket();
        client.EnableBroadcast = true;
        client.SetRawSocketOption(1, 25, "vc\0"u8); // SOL_SOCKET, SO_BINDTODEVICE
        client.Bind(new IPEndPoint(IPAddress.Any, 68));
        var discover = LeaseScene.From(1);
        discover.Broadcast = true;
        var buffer = new byte[1500];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            do client.SendTo(DhcpMessageTests.Write(discover, 548), new IPEndPoint(IPAddress.Broadcast, 67));
            while (!client.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead) && !patience.IsCancellationRequested);
            var received = await client.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), patience.Token);
            var offer = Captures.Parse(buffer[..received.ReceivedBytes]);
            var server = offer.Options.GetAddress(DhcpOptionCode.ServerIdentifier)!; // an offer has one
            ((IPEndPoint)received.RemoteEndPoint).Address.Should().Be(server);
            if (isAwaited(server)) return server;
        }
    }

    private static async Task<string> FetchAsync(VethLab lab, IPAddress server)
    {
        using var client = lab.ClientSocket();
        client.Bind(new IPEndPoint(IPAddress.Any, 0));
        var buffer = new byte[1500];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do client.SendTo("\0\u0001file\0octet\0"u8, new IPEndPoint(server, 69));
        while (!client.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead) && !patience.IsCancellationRequested);
        return Encoding.ASCII.GetString(buffer.AsSpan(4..await client.ReceiveAsync(buffer, patience.Token)));
    }

    private static async Task IpAsync(params string[] arguments) => (await Judge.RunAsync("ip", arguments)).Approved();

    private sealed class Server(Process process, string folder) : IAsyncDisposable
    {
        public static async Task<Server> StartAsync(VethLab lab)
        {
            var folder = Directory.CreateTempSubdirectory("maas-supervised-").FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "content");
            var program = Judge.RequireFile(
                Repository.PathOf($"samples/PxeServer/bin/{Repository.Configuration}/net10.0/PxeServer"),
                "(dotnet build samples/PxeServer)");
            string[] arguments =
            [
                folder,
                "--interface",
                "vs",
                "--subnet",
                "10.68.0.0/24",
                "--range",
                "10.68.0.100-10.68.0.110",
                "--leases",
                Path.Combine(folder, "leases")
            ];
            // unlike ip, it becomes the program
            var process = Judge.Start("nsenter", [$"--net=/var/run/netns/{lab.Server}", program, .. arguments]);
            process.BeginErrorReadLine();
            return new Server(process, folder);
        }

        public async Task SaysAsync(string text)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
                if (line.Contains(text, StringComparison.Ordinal)) return;
            throw new InvalidOperationException($"The server ended without saying \"{text}\".");
        }

        public async ValueTask DisposeAsync()
        {
            process.HasExited.Should().BeFalse("the server lives on");
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}

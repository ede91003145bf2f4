using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting.Leases;
using Maas.Judges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.Link;

/// <summary>
/// Who gets a boot token on a real link: the machine at its first request, and no neighbour that says its hardware address in DHCP.
/// </summary>
public sealed class BootTokenOnTheLinkTests
{
    private const string Victim = "52:54:00:12:34:56", Eves = "52:54:00:66:66:66", Script = "ipxe/52-54-00-12-34-56";
    private static readonly IPAddress Server = IPAddress.Parse("10.93.0.1");

    // A host that does not answer ARP is never answered; the server asks the link for half a second.
    private static readonly TimeSpan S_patience = TimeSpan.FromSeconds(15), S_silence = TimeSpan.FromSeconds(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_machine_gets_its_script_with_a_token_at_its_first_request_by_TFTP()
    {
        await using var link = await NamespaceLink.CreateAsync($"{Server}/24");
        await using var server = await LinkServer.StartAsync(link);
        await server.CommissioningMachineAsync();
        var host = await link.AddHostAsync(Victim);

        var address = await LeaseAsync(host, client: [1, 0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        await host.Ip("addr", "add", $"{address}/24", "dev", "card");
        server.Resolved(address).Should().BeNull("nothing has made the server resolve the client");
        var script = await RequestAsync(host, address);
        script.Should().Contain("maas.token=");
        server.Get<HostedLeases>().FindBound(address)!.Value.Hardware.Should().Be(HardwareAddress.Parse(Victim));

        (await RequestAsync(host, address)).Should().Contain("maas.token=", "an address that is resolved already is asked again");
        server.CountTokens().Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_neighbour_that_says_a_machines_address_in_DHCP_gets_no_script_whether_it_answers_ARP_or_not(bool answers)
    {
        await using var link = await NamespaceLink.CreateAsync($"{Server}/24");
        await using var server = await LinkServer.StartAsync(link);
        await server.CommissioningMachineAsync();
        var eve = await link.AddHostAsync(Eves);

        // Leases go by the client identifier: eve has one of her own, and says the victim's hardware address.
        var address = await LeaseAsync(eve, client: [0, (byte)'e', (byte)'v', (byte)'e']);
        server.Get<HostedLeases>().FindBound(address)!.Value.Hardware.Should().Be(
            HardwareAddress.Parse(Victim), "the lease says what the message said");
        await eve.Ip("addr", "add", $"{address}/24", "dev", "card");
        if (!answers) await eve.Ip("link", "set", "card", "arp", "off");
        await eve.Ip("neigh", "replace", $"{Server}", "lladdr", NamespaceLink.HardwareAddress, "dev", "card", "nud", "permanent");

        foreach (var name in new[] { Script, "grub/grub.cfg-01-52-54-00-12-34-56", "pxelinux.cfg/01-52-54-00-12-34-56" })
            (await RequestAsync(eve, address, name, answers ? S_patience : S_silence)).Should().NotContain("maas.token=").And
                .StartWith("error");
        if (!answers)
        {
            (await Judge.RunAsync("ip", ["neigh", "show", $"{address}"])).Output.Should()
                .MatchRegex("FAILED|INCOMPLETE", "the server got the requests, and tried to answer");
            await eve.Ip("link", "set", "card", "arp", "on");
        }

        (await RequestAsync(eve, address)).Should().StartWith("error: no such file", "now she is seen as another");
        server.CountTokens().Should().Be(0, "one that is made and not delivered could be asked for again");
    }

    [Fact]
    public async Task An_entry_that_the_kernel_keeps_of_the_machine_does_not_vouch_for_the_next_user_of_its_address()
    {
        await using var link = await NamespaceLink.CreateAsync($"{Server}/24");
        await using var server = await LinkServer.StartAsync(link);
        await server.CommissioningMachineAsync();
        var eve = await link.AddHostAsync(Eves);

        var address = await LeaseAsync(eve, client: [0, (byte)'e', (byte)'v', (byte)'e']);
        await NamespaceLink.Ip(
            "neigh", "replace", $"{address}", "lladdr", Victim, "dev", link.Bridge, "nud",
                "stale"); // as after the machine's earlier use of it
        await eve.Ip("addr", "add", $"{address}/24", "dev", "card");
        await eve.Ip("link", "set", "card", "arp", "off");
        await eve.Ip("neigh", "replace", $"{Server}", "lladdr", NamespaceLink.HardwareAddress, "dev", "card", "nud", "permanent");
        (await RequestAsync(eve, address, Script, S_silence)).Should().StartWith("error");
        await eve.Ip("link", "set", "card", "arp", "on");
        (await RequestAsync(eve, address)).Should().StartWith("error: no such file");
        server.CountTokens().Should().Be(0);
    }

    /// <summary>DISCOVER and REQUEST with the victim's hardware address.</summary>
    private static async Task<IPAddress> LeaseAsync(NamespaceLink.Host host, byte[] client)
    {
        using var socket = host.Socket(new IPEndPoint(IPAddress.Any, 68));
        var offer = await ExchangeAsync(socket, Message(DhcpMessageType.Discover, client));
        var request = Message(DhcpMessageType.Request, client);
        request.Options.Set(DhcpOptionCode.RequestedAddress, offer.YourAddress.GetAddressBytes());
        request.Options.Set(DhcpOptionCode.ServerIdentifier, Server.GetAddressBytes());
        var answer = await ExchangeAsync(socket, request);
        answer.Type.Should().Be(DhcpMessageType.Ack);
        return answer.YourAddress;
    }

    private static DhcpMessage Message(DhcpMessageType type, byte[] client)
    {
        var message = new DhcpMessage { Operation = DhcpOperation.Request, Hardware = HardwareAddress.Parse(Victim), TransactionId =
            0x4d414153, Broadcast = true, Type = type };
        message.Options.Set(DhcpOptionCode.ClientIdentifier, client);
        return message;
    }

    private static async Task<DhcpMessage> ExchangeAsync(Socket socket, DhcpMessage message)
    {
        var buffer = new byte[1500];
        for (var attempt = 0; attempt < 10; attempt++)
        {
            message.TryWrite(buffer, out var written).Should().BeTrue();
            await socket.SendToAsync(buffer.AsMemory(0, written), new IPEndPoint(IPAddress.Broadcast, 67), Token);
            if (await ReceiveAsync(socket, buffer, TimeSpan.FromSeconds(2)) is > 0 and var length
                && DhcpMessage.TryParse(buffer.AsSpan(0, length), out var answer)) return answer;
        }

        throw new TimeoutException("The server did not answer.");
    }

    /// <summary>Asks for a script by TFTP and gives its first block, or <c>error</c> with the server's words.</summary>
    private static async Task<string> RequestAsync(NamespaceLink.Host host, IPAddress address, string name = Script, TimeSpan? patience =
        null)
    {
        using var socket = host.Socket(new IPEndPoint(address, 0));
        var buffer = new byte[1500];
        await socket.SendToAsync(Request(name), new IPEndPoint(Server, 69), Token);
        return await ReceiveAsync(socket, buffer, patience ?? S_patience) switch
        {
            0 => "error: no answer",
            var length when buffer[1] == 3 => Encoding.ASCII.GetString(buffer, 4, length - 4),
            var length => $"error: {Encoding.ASCII.GetString(buffer, 4, length - 4)}",
        };
    }

    private static byte[] Request(string name) => [0, 1, .. Encoding.ASCII.GetBytes(name), 0, .. "octet"u8, 0];

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer, TimeSpan patience)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(patience);
        try
        {
            return (await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), timeout.Token)).ReceivedBytes;
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>The whole composition on the link.</summary>
    private sealed class LinkServer(WebApplication application, DirectoryInfo data, string bridge) : IAsyncDisposable
    {
        public T Get<T>()
            where T : notnull => application.Services.GetRequiredService<T>();

        public static async Task<LinkServer> StartAsync(NamespaceLink link)
        {
            var data = Directory.CreateTempSubdirectory("maas-link");
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls($"http://{Server}:0");
            builder.Services.AddMaasServer(maas =>
            {
                maas.DataDirectory = data.FullName;
                maas.Networks["link"] = new MaasNetworkOptions
                {
                    Interface = link.Bridge,
                    Range = AddressRange.Parse("10.93.0.100-10.93.0.200"),
                    Services = LinkServices.None,
                };
                maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
            }).AddApi();
            Directory.CreateDirectory(Path.Combine(data.FullName, "boot"));
            foreach (var name in (string[])["snponly.efi", "kernel", "initrd"])
                await File.WriteAllBytesAsync(Path.Combine(data.FullName, "boot", name), RandomNumberGenerator.GetBytes(10_000), Token);
            var application = builder.Build();
            application.MapMaas();
            await application.StartAsync(Token);
            return new LinkServer(application, data, link.Bridge);
        }

        public async Task<Machine> CommissioningMachineAsync()
        {
            var created = await Get<Machines>().EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse(Victim)] }, Token);
            var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
            (await Get<Machines>().ExecuteAsync(machine.Id, new MachineCommand.Commission(), cancellationToken: Token)).Should()
                .BeOfType<CommandResult.Done>();
            return machine;
        }

        /// <summary>What the kernel has resolved.</summary>
        [SupportedOSPlatform("linux")]
        public HardwareAddress? Resolved(IPAddress address) => Hosting.Link.NeighbourTable.Read(AddressFamily.InterNetwork)
            .FirstOrDefault(each =>
            each.Address.Equals(address) && each.InterfaceIndex == Hosting.Link.BootNetwork.IndexOf(bridge))?.Hardware;

        /// <summary>How many tokens have been made.</summary>
        public long CountTokens()
        {
            using var connection =
                new SqliteConnection($"Data Source={Path.Combine(data.FullName, "maas.db")};Mode=ReadOnly;Pooling=false");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM boot_tokens";
            return (long)command.ExecuteScalar()!; // a count is always there
        }

        public async ValueTask DisposeAsync()
        {
            await application.DisposeAsync();
            data.Delete(recursive: true);
        }
    }
}

using System.Diagnostics;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp4.Server;

[Collection("network namespaces")]
public class KillTests
{
    private const int Rounds = 3;

    /// <summary>
    /// A server killed under load, again and again: each lease that a client was told of is known to the next start, and to the same
    /// client.
    /// </summary>
    [Fact]
    public async Task No_acknowledged_lease_is_lost_when_the_server_is_killed()
    {
        await using var lab = await VethLab.CreateAsync("198.18.0.1/16", "198.18.0.2/16");
        var folder = Directory.CreateTempSubdirectory("maas-kill-").FullName;
        var file = Path.Combine(folder, "leases");
        var acknowledged = new Dictionary<int, IPAddress>();
        using var relay = new LoopbackRelay(
            lab.ClientSocket(), IPAddress.Parse("198.18.0.2"), new IPEndPoint(IPAddress.Parse("198.18.0.1"), 67));
        for (var round = 0; round < Rounds; round++)
        {
            using var server = await StartAsync(lab, file);
            var enough = acknowledged.Count + 300;
            for (var client = round * 10_000; acknowledged.Count < enough; client++)
            {
                relay.Send(relay.Message(client, DhcpMessageType.Discover));
                while (relay.Receive(milliseconds: client % 8 == 0 ? 50 : 0) is { } reply)
                {
                    if (reply.Type == DhcpMessageType.Offer) relay.Send(relay.Request(reply, (int)reply.TransactionId));
                    else if (reply.Type == DhcpMessageType.Ack) acknowledged[(int)reply.TransactionId] = reply.YourAddress;
                }

                if (acknowledged.Count >= enough) server.Kill(); // SIGKILL, with requests on their way
            }

            if (!server.HasExited) server.Kill();
            await server.WaitForExitAsync();
            while (relay.Receive(milliseconds: 100) is { } late)
                if (late.Type == DhcpMessageType.Ack) acknowledged[(int)late.TransactionId] = late.YourAddress;

            await using var journal = LeaseJournal.Open(file);
            var known = await journal.ReadAsync(default).ToDictionaryAsync(l => l.Address);
            foreach (var (client, address) in acknowledged)
                known.Should().ContainKey(address).WhoseValue.Hardware.Should()
                    .Be(relay.Message(client, DhcpMessageType.Discover).Hardware);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<Process> StartAsync(VethLab lab, string file)
    {
        var program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory,
            "../../../../../samples/DhcpServer",
            AppContext.BaseDirectory[AppContext.BaseDirectory.IndexOf("/bin/", StringComparison.Ordinal)..].TrimStart('/'),
            "DhcpServer"));
        Judge.RequireFile(program, "(dotnet build samples/DhcpServer)");
        // nsenter, unlike `ip netns exec`, becomes the program: the process to kill is the server itself.
        var process = Judge.Start("nsenter",
        [
            $"--net=/var/run/netns/{lab.Server}",
            program,
            "--interface",
            "vs",
            "--subnet",
            "198.18.0.0/16",
            "--range",
            "198.18.16.0-198.18.200.255",
            "--leases", file,
        ]);
        process.BeginErrorReadLine();
        (await process.StandardOutput.ReadLineAsync()).Should().StartWith("DHCP on");
        return process;
    }
}

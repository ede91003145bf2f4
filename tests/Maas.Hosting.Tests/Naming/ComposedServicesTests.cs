using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Hosting.Tests.Naming;

/// <summary>DNS and syslog beside DHCP, as AddMaas composes them; over ports of loopback.</summary>
public class ComposedServicesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_booted_has_a_name_and_its_log_lines_stand_in_its_timeline()
    {
        var dig = Judge.Require("dig", "bind9-dnsutils");
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var machine = await server.EnlistAsync("52:54:00:12:34:57", Token);

        await DigAsync("maas", "SOA", answer => answer.StartsWith("ns.maas.", StringComparison.Ordinal));
        (await AskAsync($"{machine.Hostname}.maas", "A")).Should().BeEmpty("no administrator has accepted it yet");
        (await server.Get<MaasCore>().Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission(), cancellationToken: Token)).Should()
            .BeOfType<CommandResult.Done>();
        var address = await DigAsync($"{machine.Hostname}.maas", "A", answer => answer.StartsWith("127.78.0.", StringComparison.Ordinal));
        var reverse = string.Join('.', address.Split('.').Reverse()) + ".in-addr.arpa";
        await DigAsync(reverse, "PTR", answer => answer == $"{machine.Hostname}.maas.");
        await DigAsync("ns.maas", "A", answer => answer == server.Dhcp.Address.ToString());

        using var client = new UdpClient(new IPEndPoint(IPAddress.Parse(address), 0));
        await client.SendAsync("<12>installer[7]: no such disk"u8.ToArray(), new IPEndPoint(server.Dhcp.Address, server.SyslogPort), Token);
        while (!(await server.Get<MaasCore>().Timeline.ReadAsync(machine.Id, cancellationToken: Token))
            .OfType<TimelineEntry.ObservationEntry>().Any(seen => seen.Observation is { Kind: "syslog", Text: "installer: no such disk" }))
            await Task.Yield();

        async Task<string> DigAsync(string name, string type, Func<string, bool> isRight)
        {
            var answer = "";
            for (var attempt = 0; attempt < 50 && !isRight(answer); attempt++)
                answer = await AskAsync(name, type);
            isRight(answer).Should().BeTrue($"{name} {type} is '{answer}'");
            return answer;
        }

        async Task<string> AskAsync(string name, string type)
        {
            string[] arguments =
                [$"@{server.Dhcp.Address}", "-p", server.DnsPort.ToString(CultureInfo.InvariantCulture), "+short", "+tries=1", name, type];
            return (await Judge.RunAsync(dig, arguments, cancellationToken: Token)).Approved().Output.Trim();
        }
    }
}

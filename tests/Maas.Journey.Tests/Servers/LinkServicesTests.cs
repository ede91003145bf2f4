using Maas.Core;
using Maas.Core.Journal;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Networks;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests.Servers;

/// <summary>The sample host's DNS, SNTP and syslog on their own ports, used by Debian's clients from the other end of the link.</summary>
[Collection(LabCollection.Name)]
public sealed class LinkServicesTests : IAsyncLifetime
{
    private const string Mac = "52:54:00:77:00:20";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-services-");
    private LabNetwork? _network;
    private string _client = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        LabJudges.RequireNetwork();
        _network = await LabNetwork.CreateAsync(Token);
        _client = $"{_network.Name}0"; // an owner's name too: cleared after a crash
        await Ip($"netns add {_client}");
        await Ip($"-n {_network.Name} link add port type veth peer name card netns {_client}");
        await Ip($"-n {_network.Name} link set port master {LabNetwork.Bridge} up");
        await Ip($"-n {_client} link set card address {Mac} up");
    }

    public async ValueTask DisposeAsync()
    {
        if (_network is null) return;
        await Ip($"netns delete {_client}", CancellationToken.None);
        await _network.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_machine_is_told_and_finds_its_name_the_time_and_where_to_log()
    {
        var (udhcpc, dig, ntpdig, logger) = (Judge.Require("udhcpc", "udhcpc"), Judge.Require("dig", "bind9-dnsutils"), Judge.Require("ntpdig", "ntpsec-ntpdig"), Judge.Require("logger", "bsdutils"));
        var data = Path.Combine(_folder.FullName, "data");
        string id;
        await using (var server = new MaasServerProcess(_network!, data, new ServerSetup(), TimeProvider.System) { Options = ["--domain", "lab.example"] })
        {
            await server.StartAsync(Token);
            using var api = new MaasClient(_network!.CreateHttpHandler(), MaasServerProcess.Address, await server.ReadApiKeyAsync(Token), TimeProvider.System);
            id = (await api.PostAsync("machines/", [new("architecture", "amd64/generic"), new("mac_addresses", Mac), new("hostname", "node-1"), new("power_type", "manual")], Token)).GetProperty("system_id").GetString()!; // every machine has one

            var told = await InsideAsync(udhcpc, "-f", "-q", "-n", "-i", "card", "-O", "ntpsrv", "-O", "search", "-s", await LeaseScriptAsync());
            var ip = told.Split('\n').First(line => line.StartsWith("ip=", StringComparison.Ordinal))[3..];
            told.Should().Contain("dns=10.77.0.1").And.Contain("domain=lab.example").And.Contain("ntpsrv=10.77.0.1");

            (await InsideAsync(dig, "@10.77.0.1", "+short", "node-1.lab.example")).Trim().Should().Be(ip);
            (await InsideAsync(dig, "@10.77.0.1", "+short", "-x", ip)).Trim().Should().Be("node-1.lab.example.");
            (await InsideAsync(dig, "@10.77.0.1", "example.org")).Should().Contain("REFUSED", "nothing is forwarded unless told to");
            (await InsideAsync(dig, "@10.77.0.1", "lab.example", "AXFR")).Should().Contain("Transfer failed", "nobody may have the whole zone unless told to");
            (await InsideAsync(ntpdig, "10.77.0.1")).Should().MatchRegex(@"[+-]\d+\.\d+ \+/- .* 10\.77\.0\.1 s10 no-leap");
            await InsideAsync(logger, "-n", "10.77.0.1", "-P", "514", "-d", "-t", "installer", "no such disk");
            await server.StopAsync(Token);
        }

        await using var region = await MaasRegion.OpenAsync(new MaasRegionOptions { DataSource = Path.Combine(data, "maas.db") }, cancellationToken: Token);
        (await region.Timeline.ReadAsync(SystemId.Parse(id), cancellationToken: Token)).OfType<TimelineEntry.Seen>()
            .Should().Contain(seen => seen.Observation.Kind == "syslog" && seen.Observation.Text == "installer: no such disk");
    }

    private async Task<string> LeaseScriptAsync()
    {
        var script = Path.Combine(_folder.FullName, "lease");
        await File.WriteAllTextAsync(script, "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nip addr add $ip/$mask dev card\nprintf 'ip=%s\\ndns=%s\\ndomain=%s\\nntpsrv=%s\\n' \"$ip\" \"$dns\" \"$domain\" \"$ntpsrv\"\n", Token);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return script;
    }

    private Task<string> InsideAsync(params IEnumerable<string> command) => HostCommand.RunAsync("ip", ["netns", "exec", _client, .. command], Token);

    private static Task<string> Ip(string words) => Ip(words, Token);

    private static Task<string> Ip(string words, CancellationToken cancellationToken) => HostCommand.RunAsync("ip", words.Split(' '), cancellationToken);
}

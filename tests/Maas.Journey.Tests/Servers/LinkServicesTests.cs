using System.Net;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using Maas.Sqlite;
using VmLab.Networks;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests.Servers;

/// <summary>
/// The sample host's DNS, SNTP and syslog on their own ports, and what it serves over IPv6, used by Debian's clients from the other end of
/// the link.
/// </summary>
[Collection(LabCollection.Name)]
public sealed class LinkServicesTests : IAsyncLifetime
{
    private const string Mac = "52:54:00:77:00:20";
    private const string Nobody = "65534"; // Debian's user without rights
    private const string Capabilities = "+net_bind_service,+net_raw";
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
        var (udhcpc, dig, ntpdig, logger) = (
            Judge.Require("udhcpc", "udhcpc"),
            Judge.Require("dig", "bind9-dnsutils"),
            Judge.Require("ntpdig", "ntpsec-ntpdig"),
            Judge.Require("logger", "bsdutils"));
        var data = Path.Combine(_folder.FullName, "data");
        string id;
        await using (var server = new MaasServerProcess(_network!, data, new ServerSetup(), TimeProvider.System)
        {
            Options = ["--domain", "lab.example"]
        })
        {
            await server.StartAsync(Token);
            using var api = new MaasClient(
                _network!.CreateHttpHandler(), MaasServerProcess.Address, await server.ReadApiKeyAsync(Token), TimeProvider.System);
            // every machine has one
            id =
                (await api.PostAsync(
                    "machines/",
                    [
                        new("architecture", "amd64/generic"),
                        new("mac_addresses", Mac),
                        new("hostname", "node-1"),
                        new("power_type", "manual")
                    ],
                    Token)).GetProperty("system_id")
                    .GetString()!;

            var told =
                await InsideAsync(udhcpc, "-f", "-q", "-n", "-i", "card", "-O", "ntpsrv", "-O", "search", "-s", await LeaseScriptAsync());
            var ip = told.Split('\n').First(line => line.StartsWith("ip=", StringComparison.Ordinal))[3..];
            told.Should().Contain("dns=10.77.0.1").And.Contain("domain=lab.example").And.Contain("ntpsrv=10.77.0.1");

            (await InsideAsync(dig, "@10.77.0.1", "+short", "node-1.lab.example")).Trim().Should().Be(ip);
            (await InsideAsync(dig, "@10.77.0.1", "+short", "-x", ip)).Trim().Should().Be("node-1.lab.example.");
            (await InsideAsync(dig, "@10.77.0.1", "example.org")).Should().Contain("REFUSED", "nothing is forwarded unless told to");
            (await InsideAsync(dig, "@10.77.0.1", "lab.example", "AXFR")).Should().Contain(
                "Transfer failed", "zone transfers are refused unless they are allowed");
            (await InsideAsync(ntpdig, "10.77.0.1")).Should().MatchRegex(@"[+-]\d+\.\d+ \+/- .* 10\.77\.0\.1 s10 no-leap");
            await InsideAsync(logger, "-n", "10.77.0.1", "-P", "514", "-d", "-t", "installer", "no such disk");
            await server.StopAsync(Token);
        }

        await using var core = await OpenStoreAsync(data);
        (await core.Timeline.ReadAsync(SystemId.Parse(id), cancellationToken: Token)).OfType<TimelineEntry.ObservationEntry>()
            .Should().Contain(seen => seen.Observation.Kind == "syslog" && seen.Observation.Text == "installer: no such disk");
    }

    [Fact]
    public async Task A_machine_is_told_an_IPv6_address_and_fetches_its_script_over_IPv6()
    {
        var (dhclient, curl) = (Judge.Require("dhclient", "isc-dhcp-client"), Judge.Require("curl", "curl"));
        await _network!.AddAddressAsync(IPAddress.Parse("fd00:77::1"), Token);
        var data = Path.Combine(_folder.FullName, "data");
        string id;
        await using (var server = new MaasServerProcess(_network, data, new ServerSetup(), TimeProvider.System)
        {
            Listen = $"http://[::]:{MaasServerProcess.Port}",
            Options = ["--prefix6", "fd00:77::/64"]
        })
        {
            await server.StartAsync(Token);
            using var api = new MaasClient(
                _network.CreateHttpHandler(), MaasServerProcess.Address, await server.ReadApiKeyAsync(Token), TimeProvider.System);
            // every machine has one
            id =
                (await api.PostAsync(
                    "machines/",
                    [
                        new("architecture", "amd64/generic"),
                        new("mac_addresses", Mac),
                        new("hostname", "node-6"),
                        new("power_type", "manual")
                    ],
                    Token)).GetProperty("system_id")
                    .GetString()!;
            await api.PostAsync($"machines/{id}/?op=mark_broken", [], Token); // so that its script needs no environment

            // The machine is turned on once there is a server: its kernel then asks for a router at once, not after the pause between its
            // first questions.
            await Ip($"-n {_client} link set card down");
            await Ip($"-n {_client} link set card up");
            await UntilAsync(
                "ip",
                ["-6", "route"],
                routes => routes.Contains("fd00:77::/64 dev card proto kernel metric 256 expires", StringComparison.Ordinal),
                "the router advertisement says that the prefix is on the link");
            await UntilAsync(
                "ip",
                ["-6", "addr", "show", "dev", "card", "scope", "link"],
                addresses => addresses.Contains("fe80::", StringComparison.Ordinal)
                    && !addresses.Contains("tentative", StringComparison.Ordinal),
                "the card has a link-local address");
            string[] files =
            [
                "-lf", Path.Combine(_folder.FullName, "lease6"), "-pf", Path.Combine(_folder.FullName, "pid6"), "-cf", "/dev/null"
            ];
            await InsideAsync([dhclient, "-6", "-1", "-sf", await LeaseScript6Async(), .. files, "card"]);
            (await InsideAsync("ip", "-6", "addr", "show", "dev", "card", "scope", "global")).Should().Contain("inet6 fd00:77::1");
            foreach (var url in (string[])
            [
                "http://[fd00:77::1]:5240/MAAS/boot/ipxe/52-54-00-77-00-20", "tftp://[fd00:77::1]/ipxe/52-54-00-77-00-20"
            ])
                (await InsideAsync(curl, "-s", "-g", "--max-time", "20", url)).Should().StartWith("#!ipxe").And.Contain("switched off");
            await InsideAsync([dhclient, "-6", "-x", .. files, "card"]);
            await server.StopAsync(Token);
        }

        await using var core = await OpenStoreAsync(data);
        var seen = (await core.Timeline.ReadAsync(SystemId.Parse(id), cancellationToken: Token)).OfType<TimelineEntry.ObservationEntry>()
            .Select(entry => $"{entry.Observation.Kind} {entry.Observation.Text}")
            .ToList();
        seen.Should().Contain(text => text.StartsWith("dhcp REQUEST answered with REPLY fd00:77::1", StringComparison.Ordinal));
        seen.Should().Contain(text => text.StartsWith("http fd00:77::1", StringComparison.Ordinal)).And.Contain(
            text => text.StartsWith("tftp fd00:77::1", StringComparison.Ordinal));
    }

    // What it cannot open then, a server that root runs would show in no test.
    [Fact]
    public async Task A_server_of_an_ordinary_user_with_two_capabilities_serves_a_machine()
    {
        var (udhcpc, curl) = (Judge.Require("udhcpc", "udhcpc"), Judge.Require("curl", "curl"));
        var setpriv = Judge.Require("setpriv", "util-linux");
        var data = Directory.CreateDirectory(Path.Combine(_folder.FullName, "data")).FullName;
        await HostCommand.RunAsync("chown", ["-R", $"{Nobody}:{Nobody}", _folder.FullName], Token);
        await using var server = new MaasServerProcess(_network!, data, new ServerSetup(), TimeProvider.System)
        {
            // As eng/deploy/maas-server.service has it, of a user that can become no other.
            Runner =
            [
                setpriv, $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs",
                $"--bounding-set=-all,{Capabilities}", $"--inh-caps=-all,{Capabilities}", $"--ambient-caps=-all,{Capabilities}",
            ],
        };
        await server.StartAsync(Token);
        using var api = new MaasClient(
            _network!.CreateHttpHandler(), MaasServerProcess.Address, await server.ReadApiKeyAsync(Token), TimeProvider.System);
        var id = (await api.PostAsync(
            "machines/",
            [new("architecture", "amd64/generic"), new("mac_addresses", Mac), new("power_type", "manual")],
            Token)).GetProperty("system_id").GetString()!; // every machine has one
        await api.PostAsync($"machines/{id}/?op=mark_broken", [], Token); // so that its script needs no environment

        (await InsideAsync(udhcpc, "-f", "-q", "-n", "-i", "card", "-s", await LeaseScriptAsync())).Should().Contain("ip=10.77.0.");
        (await InsideAsync(curl, "-s", "--max-time", "20", "tftp://10.77.0.1/ipxe/52-54-00-77-00-20")).Should().StartWith("#!ipxe");

        var files = await HostCommand.RunAsync("stat", ["--format=%u %a", Path.Combine(data, "maas.db")], Token);
        files.Trim().Should().Be($"{Nobody} 600");
        (await server.StopAsync(Token)).Should().Be(0);
    }

    private async Task UntilAsync(string program, string[] arguments, Func<string, bool> isRight, string because)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        // a kernel waits a second for other addresses like its own, and four for the answer to its first question
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var output = await InsideAsync([program, .. arguments]);
        for (; !isRight(output) && !patience.IsCancellationRequested; output = await InsideAsync([program, .. arguments]))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        isRight(output).Should().BeTrue($"{because}, but: {output}");
    }

    private async Task<string> LeaseScript6Async()
    {
        var script = Path.Combine(_folder.FullName, "lease6.sh");
        await File.WriteAllTextAsync(
            script, "#!/bin/sh\n[ \"$reason\" = BOUND6 ] || exit 0\nip -6 addr add $new_ip6_address/128 dev card nodad\n", Token);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return script;
    }

    private async Task<string> LeaseScriptAsync()
    {
        var script = Path.Combine(_folder.FullName, "lease");
        await File.WriteAllTextAsync(
            script,
            "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nip addr add $ip/$mask dev card\nprintf 'ip=%s\\ndns=%s\\ndomain=%s\\nntpsrv=%s\\n' "
                + "\"$ip\" \"$dns\" \"$domain\" \"$ntpsrv\"\n",
            Token);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return script;
    }

    private static Task<MaasCore> OpenStoreAsync(string data) => MaasCore.OpenAsync(
        new SqliteMaasStore(Path.Combine(data, "maas.db")),
        new() { SecretKeyFile = Path.Combine(data, "secret.key") },
        cancellationToken: Token);

    private Task<string> InsideAsync(params IEnumerable<string> command) =>
        HostCommand.RunAsync("ip", ["netns", "exec", _client, .. command], Token);

    private static Task<string> Ip(string words) => Ip(words, Token);

    private static Task<string> Ip(string words, CancellationToken cancellationToken) =>
        HostCommand.RunAsync("ip", words.Split(' '), cancellationToken);
}

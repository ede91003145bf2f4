using System.Net;
using Maas.Core;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Topology;

/// <summary><c>discovery/</c>: the hosts that were seen.</summary>
public class DiscoveryTests
{
    private static readonly MacAddress Unknown = MacAddress.Parse("52:54:00:aa:00:01");

    [Fact]
    public async Task A_host_that_was_seen_is_listed_as_gomaasclient_reads_it()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200);
        await SeeAsync(host, Unknown, "10.9.0.7");

        var seen = (await host.GetAsync(host.Bob, "discovery/")).Expect(200).Json.EnumerateArray().Should().ContainSingle().Which;

        seen.GetProperty("ip").GetString().Should().Be("10.9.0.7");
        seen.GetProperty("mac_address").GetString().Should().Be("52:54:00:aa:00:01");
        seen.GetProperty("vid").GetInt32().Should().Be(0);
        seen.GetProperty("fabric_name").GetString().Should().StartWith("fabric-");
        seen.GetProperty("observer").GetProperty("system_id").GetString().Should().Be(host.Core.Controllers.Self.SystemId.ToString());
        var uri = seen.GetProperty("resource_uri").GetString()!;
        foreach (var path in (string[])[uri, "discovery/ip:10.9.0.7/", "discovery/mac:52:54:00:aa:00:01/"])
            (await host.GetAsync(host.Bob, path)).Expect(200).Json.GetRawText().Should().Be(seen.GetRawText());
        (await host.GetAsync(host.Bob, "discovery/nothing/")).Expect(404).Text.Should().Be("No Discovery matches the given query.");
    }

    [Fact]
    public async Task Hosts_with_the_addresses_of_nodes_are_known()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200);
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", ("ip", "10.9.0.20"))).Expect(200);
        await SeeAsync(host, machine.MacAddresses[0], "10.9.0.7");
        await SeeAsync(host, Unknown, "10.9.0.20");
        await SeeAsync(host, Unknown, "10.9.0.30");

        async Task<IEnumerable<string?>> AddressesAsync(string op) =>
            (await host.GetAsync(host.Bob, $"discovery/?op={op}")).Expect(200).Json.EnumerateArray()
                .Select(each => each.GetProperty("ip").GetString());

        (await AddressesAsync("by_unknown_mac")).Should().BeEquivalentTo("10.9.0.20", "10.9.0.30");
        (await AddressesAsync("by_unknown_ip")).Should().BeEquivalentTo("10.9.0.7", "10.9.0.30");
        (await AddressesAsync("by_unknown_ip_and_mac")).Should().BeEquivalentTo("10.9.0.30");
    }

    [Fact]
    public async Task Administrators_clear_what_was_seen()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var last in (int[])[1, 2, 3]) await SeeAsync(host, Unknown, $"10.9.0.{last}");

        (await host.PostAsync(host.Bob, "discovery/?op=clear", ("all", "true"))).Expect(403);
        (await host.PostAsync(host.Admin, "discovery/?op=clear")).Expect(400).Text.Should()
            .Be("Bad request: could not determine what data to clear.\nMust specify mdns=True, neighbours=True, or all=True.");
        (await host.PostAsync(host.Admin, "discovery/?op=clear_by_mac_and_ip", ("ip", "10.9.0.1"))).Expect(400).Text.Should()
            .Be("No provided mac!");
        (await host.PostAsync(host.Admin, "discovery/?op=clear_by_mac_and_ip", ("ip", "10.9.0.1"), ("mac", $"{Unknown}"))).Expect(204);
        (await host.PostAsync(host.Admin, "discovery/?op=clear_by_mac_and_ip", ("ip", "10.9.0.1"), ("mac", $"{Unknown}"))).Expect(410);
        (await host.GetAsync(host.Admin, "discovery/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        (await host.PostAsync(host.Admin, "discovery/?op=clear", ("mdns", "true"))).Expect(204);
        (await host.GetAsync(host.Admin, "discovery/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        (await host.PostAsync(host.Admin, "discovery/?op=clear", ("neighbours", "true"))).Expect(204);
        (await host.GetAsync(host.Admin, "discovery/")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_scan_is_refused()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(host.Admin, "discovery/?op=scan")).Expect(400).Text.Should()
            .StartWith("Bad request: scanning all subnets is not allowed unless force=True is specified.");
        (await host.PostAsync(host.Admin, "discovery/?op=scan", ("force", "true"))).Expect(400).Text.Should()
            .StartWith("This server does not scan networks");
        (await host.PostAsync(host.Admin, "discovery/?op=scan", ("cidr", "ten"))).Expect(400).Json.GetProperty("cidr");
    }

    [Fact]
    public async Task Nothing_is_recorded_while_network_discovery_is_disabled()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "network_discovery"), ("value", "disabled"))).Expect(200);

        await SeeAsync(host, Unknown, "10.9.0.7");

        (await host.GetAsync(host.Admin, "discovery/")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task The_time_is_written_once_a_minute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var host = await ApiHost.StartAsync(time);
        var start = time.GetUtcNow();
        foreach (var seconds in (int[])[0, 59, 61])
            await host.Core.Discoveries.ObserveAsync(
                Unknown, IPAddress.Parse("10.9.0.7"), start.AddSeconds(seconds), ApiHost.Cancellation);

        var seen = (await host.Core.Discoveries.ListAsync(ApiHost.Cancellation)).Should().ContainSingle().Which;

        (seen.FirstSeen, seen.LastSeen, seen.Version).Should().Be((start, start.AddSeconds(61), 2L));
    }

    private static Task SeeAsync(ApiHost host, MacAddress mac, string address) => host.Core.Discoveries.ObserveAsync(
        mac, IPAddress.Parse(address), host.Time.GetUtcNow(), ApiHost.Cancellation);
}

using System.Text.Json;
using Maas.Core.Accounts;

namespace Maas.Api.Tests.Interfaces;

/// <summary>Addresses that users reserve for themselves.</summary>
public class AddressTests
{
    [Fact]
    public async Task An_address_is_reserved_listed_and_released()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = await SubnetAsync(host);
        var reserved = (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", ("subnet", subnet), ("hostname", "printer"))).Expect(200)
            .Json;
        (reserved.GetProperty("ip").GetString(), reserved.GetProperty("alloc_type").GetInt32(),
            reserved.GetProperty("alloc_type_name").GetString(), reserved.GetProperty("owner").GetProperty("username").GetString())
            .Should().Be(("10.0.0.2", 4, "User reserved", "bob"));
        (await host.PostAsync(host.Eve, "ipaddresses/?op=reserve", ("ip", "10.0.0.2"))).Expect(409);

        (await ListAsync(host, host.Bob, "")).Should().Equal("10.0.0.2");
        (await ListAsync(host, host.Eve, "")).Should().BeEmpty();
        (await host.GetAsync(host.Eve, "ipaddresses/?all=true")).Expect(403);
        (await ListAsync(host, host.Admin, "?all=true")).Should().Equal("10.0.0.2");
        (await ListAsync(host, host.Admin, "?owner=bob&ip=10.0.0.3")).Should().BeEmpty();

        (await host.PostAsync(host.Eve, "ipaddresses/?op=release", ("ip", "10.0.0.2"))).Expect(404);
        (await host.PostAsync(host.Eve, "ipaddresses/?op=release", ("ip", "10.0.0.2"), ("force", "true"))).Expect(403);
        (await host.PostAsync(host.Bob, "ipaddresses/?op=release", ("ip", "10.0.0.2"))).Expect(204);
        (await host.PostAsync(host.Admin, "ipaddresses/?op=release", ("ip", "10.0.0.2"), ("force", "true"))).Expect(404);
    }

    [Fact]
    public async Task A_released_address_that_a_DNS_name_has_is_free_when_the_name_is_gone()
    {
        await using var host = await ApiHost.StartAsync();
        await SubnetAsync(host);
        (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", ("ip", "10.0.0.9"))).Expect(200);
        var name = (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "a.maas"), ("ip_addresses", "10.0.0.9"))).Expect(200).Json
            .GetProperty("id").GetInt64();
        (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "b.maas"), ("ip_addresses", "10.0.0.10"))).Expect(200);

        (await host.PostAsync(host.Bob, "ipaddresses/?op=release", ("ip", "10.0.0.9"))).Expect(204);

        (await host.PostAsync(host.Eve, "ipaddresses/?op=reserve", ("ip", "10.0.0.9"))).Expect(409);
        (await host.PostAsync(host.Bob, "ipaddresses/?op=release", ("ip", "10.0.0.9"))).Expect(404);
        (await host.PostAsync(host.Admin, "ipaddresses/?op=release", ("ip", "10.0.0.10"), ("force", "true"))).Expect(404);
        (await host.DeleteAsync(host.Admin, $"dnsresources/{name}/")).Expect(204);
        (await host.PostAsync(host.Eve, "ipaddresses/?op=reserve", ("ip", "10.0.0.9"))).Expect(200);
    }

    [Fact]
    public async Task The_address_of_a_link_is_shown_with_its_interface_and_released_by_unlinking_only()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = await SubnetAsync(host);
        var machine = await host.ReadyAsync();
        (await host.PostAsync(
            host.Admin, $"nodes/{machine.Id}/interfaces/eth0/?op=link_subnet", ("mode", "static"), ("subnet", subnet))).Expect(200);

        var shown = (await host.GetAsync(host.Admin, "ipaddresses/?all=true")).Expect(200).Json[0];

        (shown.GetProperty("ip").GetString(), shown.GetProperty("alloc_type_name").GetString()).Should().Be(("10.0.0.2", "Sticky"));
        shown.GetProperty("interface_set")[0].GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        (await host.PostAsync(host.Admin, "ipaddresses/?op=release", ("ip", "10.0.0.2"), ("force", "true"))).Expect(404);
        (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", ("ip", "10.0.0.2"))).Expect(409);
    }

    [Theory]
    [InlineData("ip", "hostname=x")]
    [InlineData("ip", "ip=10.1")]
    [InlineData("ip", "ip=192.168.77.1")]
    [InlineData("subnet", "subnet=nonsense")]
    [InlineData("mac", "subnet=10.0.0.0/24&mac=x")]
    public async Task A_reservation_that_cannot_be_is_refused_by_its_field(string field, string form)
    {
        await using var host = await ApiHost.StartAsync();
        await SubnetAsync(host);
        var fields = form.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToArray();

        (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", fields)).Expect(400)
            .Json.EnumerateObject().Select(each => each.Name).Should().Equal(field);
    }

    private static async Task<string> SubnetAsync(ApiHost host) =>
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"), ("gateway_ip", "10.0.0.1"))).Expect(200)
        .Json.GetProperty("id").GetRawText();

    private static async Task<IEnumerable<string?>> ListAsync(ApiHost host, ApiKey key, string query) =>
        [.. (await host.GetAsync(key, "ipaddresses/" + query)).Expect(200).Json.EnumerateArray()
            .Select((JsonElement address) => address.GetProperty("ip").GetString())];
}

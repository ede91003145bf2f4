using Maas.Api.Placeholders;

namespace Maas.Api.Tests.Placeholders;

/// <summary>Lists of what this server does not have yet: clients read them before they do anything.</summary>
public class EmptyResourcesTests
{
    public static TheoryData<string> Lists =>
    [
        "spaces", "subnets", "ipranges", "ipaddresses", "reservedips", "static-routes", "dnsresources", "dnsresourcerecords", 
        "dhcp-snippets", "discovery", "notifications", "package-repositories", "license-keys", "boot-sources", "commissioning-scripts",
        "account/prefs/sslkeys", "devices", "rackcontrollers", "regioncontrollers", "vm-hosts",
        "pods", "virtual-machines", "vm-clusters",
    ];

    public static TheoryData<string> ListsOfMachine =>
        ["devices", "volume-groups", "raids", "bcaches", "bcache-cache-sets", "vmfs-datastores", "blockdevices/1/partitions"];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_of_what_is_not_there_is_empty_whatever_the_filter(string path)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var filter in (string[])["", "?id=1&hostname=x&anything=y"])
        {
            var reply = (await host.GetAsync(host.Bob, $"{path}/{filter}")).Expect(200);
            (reply.ContentType, reply.Text).Should().Be(("application/json", "[]"));
        }

        (await host.SendAsync("GET", $"{path}/")).Expect(401);
    }

    [Theory]
    [MemberData(nameof(ListsOfMachine))]
    public async Task A_list_of_a_machine_is_empty_and_404_for_a_machine_that_is_not_there(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var reply = (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/{path}/")).Expect(200);
        (reply.ContentType, reply.Text).Should().Be(("application/json", "[]"));
        (await host.GetAsync(host.Bob, $"nodes/zzzzzz/{path}/")).Expect(404);
    }

    [Theory]
    [InlineData("spaces/1/")]
    [InlineData("subnets/1/")]
    [InlineData("devices/abcdef/")]
    public async Task A_member_of_an_empty_list_is_404(string path)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.GetAsync(host.Bob, path)).Expect(404);
    }

    [Fact]
    public void Every_empty_resource_is_tested_here() => EmptyResources.All.Select(resource => resource.Path).Should().BeEquivalentTo(
    [
        .. Lists.Select(list => $"api/2.0/{list.Data}/"),
        .. ListsOfMachine.Select(list => list.Data.Replace("/1/", "/{device_id}/", StringComparison.Ordinal))
            .Select(list => $"api/2.0/nodes/{{system_id}}/{list}/"),
        "api/2.0/spaces/{id}/", "api/2.0/subnets/{id}/", "api/2.0/devices/{system_id}/",
    ]);

    [Fact]
    public async Task A_machine_has_empty_lists_of_what_it_cannot_have_here()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = (await host.GetAsync(host.Admin, $"machines/{(await host.ReadyAsync()).Id}/")).Expect(200).Json;
        foreach (var name in (string[])["virtualblockdevice_set", "special_filesystems", "bcaches", "cache_sets", "raids", "volume_groups"])
            machine.GetProperty(name).GetRawText().Should().Be("[]", name);
        foreach (var adapter in machine.GetProperty("interface_set").EnumerateArray())
            foreach (var name in (string[])["tags", "parents", "children", "links"])
                adapter.GetProperty(name).GetRawText().Should().Be("[]", name);
        machine.GetProperty("interface_set").GetArrayLength().Should().BePositive();
    }
}

using System.Text.Json;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Interfaces;

/// <summary>Interfaces and links as Terraform, Ansible and Juju create, read, update and delete them.</summary>
public class InterfaceTests
{
    [Fact]
    public async Task Two_links_on_one_interface_and_a_link_on_a_bridge_over_a_VLAN()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var (v4, v6) = (await SubnetAsync(host, "10.0.0.0/24"), await SubnetAsync(host, "2001:db8::/64"));
        var eth0 = $"nodes/{machine.Id}/interfaces/eth0/";

        await PostAsync(host, eth0 + "?op=link_subnet", ("mode", "STATIC"), ("subnet", v4));
        var linked = await PostAsync(host, eth0 + "?op=link_subnet", ("mode", "STATIC"), ("subnet", v6));
        var links = linked.GetProperty("links").EnumerateArray().ToList();
        links.Should().HaveCount(2);
        links.Select(link => link.GetProperty("id").GetInt64()).Should().OnlyHaveUniqueItems();
        links.Should().OnlyContain(link => link.GetProperty("subnet").GetProperty("cidr").ValueKind == JsonValueKind.String);
        links.Select(link => link.GetProperty("ip_address").GetString()).Should().Equal("10.0.0.1", "2001:db8::1:0:0");
        (await host.GetAsync(host.Bob, eth0)).Expect(200).Json.GetProperty("links").GetRawText()
            .Should().Be(linked.GetProperty("links").GetRawText(), "ids are stable");

        var vlan = (await host.PostAsync(host.Admin, "fabrics/0/vlans/", ("vid", "10"))).Expect(200).Json.GetProperty("id").GetRawText();
        var tagged = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.10.0.0/24"), ("vlan", vlan))).Expect(200)
            .Json.GetProperty("id").GetRawText();
        var eth010 = await PostAsync(
            host, $"nodes/{machine.Id}/interfaces/?op=create_vlan", ("parent", linked.GetProperty("id").GetRawText()), ("vlan", vlan));
        (eth010.GetProperty("name").GetString(), eth010.GetProperty("type").GetString(), eth010.GetProperty("parents")[0].GetString())
            .Should().Be(("eth0.10", "vlan", "eth0"));
        var bridge = await PostAsync(
            host, $"nodes/{machine.Id}/interfaces/?op=create_bridge", ("name", "br0"), ("parent", eth010.GetProperty("id").GetRawText()),
            ("bridge_stp", "true"));
        bridge.GetProperty("params").GetProperty("bridge_stp").GetBoolean().Should().BeTrue();
        var onBridge = await PostAsync(
            host, $"nodes/{machine.Id}/interfaces/br0/?op=link_subnet", ("mode", "STATIC"), ("subnet", tagged));
        onBridge.GetProperty("links")[0].GetProperty("ip_address").GetString().Should().Be("10.10.0.1");

        await PostAsync(host, $"nodes/{machine.Id}/interfaces/br0/?op=link_subnet", ("mode", "DHCP"), ("subnet", tagged));
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/interfaces/br0/?op=link_subnet", ("mode", "DHCP"), ("subnet", tagged)))
            .Expect(400).Json.GetProperty("mode")[0].GetString().Should().StartWith("Interface is already set to DHCP");
        var shown = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json;
        shown.GetProperty("ip_addresses").EnumerateArray().Select(address => address.GetString())
            .Should().Equal("10.0.0.1", "2001:db8::1:0:0", "10.10.0.1");
        shown.GetProperty("interface_set").EnumerateArray().Select(one => one.GetProperty("name").GetString())
            .Should().Equal("eth0", "eth0.10", "br0");
    }

    [Fact]
    public async Task A_physical_interface_is_created_read_changed_tagged_and_deleted()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var path = $"nodes/{machine.Id}/interfaces/";
        // Juju sends accept_ra and autoconf.
        var created = await PostAsync(
            host, path + "?op=create_physical", ("name", "eno2"), ("mac_address", "52-54-00-AA-00-02"), ("vlan", "5001"), ("tags", "a,b"),
            ("mtu", "1400"), ("accept_ra", "true"), ("autoconf", "true"));
        var id = created.GetProperty("id").GetRawText();
        (created.GetProperty("mac_address").GetString(), created.GetProperty("effective_mtu").GetInt32()).Should()
            .Be(("52:54:00:aa:00:02", 1400));
        created.GetProperty("resource_uri").GetString().Should().Be($"/MAAS/api/2.0/nodes/{machine.Id}/interfaces/{id}/");
        (await host.GetAsync(host.Admin, "machines/?mac_address=52:54:00:aa:00:02")).Expect(200).Json.GetArrayLength().Should().Be(1);

        var changed = (await host.PutAsync(host.Admin, path + id + "/", ("name", "eno3"), ("mac_address", "52:54:00:aa:00:03")))
            .Expect(200).Json;
        (changed.GetProperty("name").GetString(), changed.GetProperty("tags").GetArrayLength()).Should().Be(("eno3", 2));
        (await host.GetAsync(host.Admin, "machines/?mac_address=52:54:00:aa:00:02")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await PostAsync(host, $"{path}{id}/?op=add_tag", ("tag", "fast"))).GetProperty("tags").GetArrayLength().Should().Be(3);
        (await PostAsync(host, $"{path}{id}/?op=remove_tag", ("tag", "a"))).GetProperty("tags").GetArrayLength().Should().Be(2);
        (await PostAsync(host, $"{path}{id}/?op=disconnect")).GetProperty("vlan").ValueKind.Should().Be(JsonValueKind.Null);
        (await host.DeleteAsync(host.Admin, path + id + "/")).Expect(204);
        (await host.GetAsync(host.Admin, path + id + "/")).Expect(404).Text.Should().Be("No Interface matches the given query.");
    }

    [Theory]
    [InlineData("mac_address", "mac_address=52:54:00:00:00:09")]
    [InlineData("mac_address", "mac_address=nonsense")]
    [InlineData("mac_address", "name=x")]
    [InlineData("name", "mac_address=52:54:00:00:00:aa&name=eth0")]
    [InlineData("vlan", "mac_address=52:54:00:00:00:aa&vlan=99999")]
    [InlineData("mtu", "mac_address=52:54:00:00:00:aa&mtu=99999999999")]
    [InlineData("colour", "mac_address=52:54:00:00:00:aa&colour=red")]
    public async Task An_interface_that_cannot_be_is_refused_by_its_field_and_leaves_nothing(string field, string form)
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync("52:54:00:00:00:09");
        var machine = await host.ReadyAsync();
        var fields = form.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToArray();
        var before = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Text;

        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/interfaces/?op=create_physical", fields)).Expect(400)
            .Json.EnumerateObject().Select(each => each.Name).Should().Equal(field);

        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Text.Should().Be(before);
    }

    [Fact]
    public async Task Interfaces_are_an_administrators_to_change_while_the_machine_is_not_deployed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        (await host.PostAsync(host.Bob, $"nodes/{machine.Id}/interfaces/eth0/?op=disconnect")).Expect(403);
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/interfaces/eth0/?op=disconnect")).Expect(409).Text.Should()
            .Be("Cannot disconnect interface because the machine is not Ready, Allocated, or Broken.");
        (await host.PostAsync(host.Admin, "nodes/zzzzzz/interfaces/eth0/?op=disconnect")).Expect(404);
    }

    [Fact]
    public async Task A_deployment_without_a_free_address_is_answered_503_and_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var subnet = await SubnetAsync(host, "10.0.0.0/30", "10.0.0.1");
        var other = await host.ReadyAsync("52:54:00:00:00:02");
        await PostAsync(host, $"nodes/{other.Id}/interfaces/eth0/?op=link_subnet", ("mode", "static"), ("subnet", subnet));
        var machine = await host.ReadyAsync();
        await PostAsync(host, $"nodes/{machine.Id}/interfaces/eth0/?op=link_subnet", ("mode", "auto"), ("subnet", subnet));

        var reply = (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=deploy")).Expect(503);

        reply.Text.Should().Be("No more IPs available in subnet: 10.0.0.0/30.");
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/interfaces/eth0/?op=link_subnet", ("mode", "static"), ("subnet", subnet)))
            .Expect(503);
    }

    [Fact]
    public async Task Default_gateways_are_chosen_and_cleared()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await SubnetAsync(host, "10.0.0.0/24", "10.0.0.1"), await SubnetAsync(host, "10.1.0.0/24", "10.1.0.1"));
        var machine = await host.ReadyAsync();
        var eth0 = $"nodes/{machine.Id}/interfaces/eth0/";
        await PostAsync(host, eth0 + "?op=link_subnet", ("mode", "static"), ("subnet", one));
        var links = (await PostAsync(host, eth0 + "?op=link_subnet", ("mode", "static"), ("subnet", two))).GetProperty("links");
        var second = links[1].GetProperty("id").GetRawText();

        await PostAsync(host, eth0 + "?op=set_default_gateway", ("link_id", second));
        (await GatewayAsync()).Should().Be(("10.1.0.1", second));
        await PostAsync(host, $"machines/{machine.Id}/?op=clear_default_gateways");
        (await GatewayAsync()).Item1.Should().Be("10.0.0.1");
        (await PostAsync(host, $"machines/{machine.Id}/?op=restore_networking_configuration")).GetProperty("ip_addresses")
            .GetArrayLength().Should().Be(0);
        await PostAsync(host, $"machines/{machine.Id}/?op=restore_default_configuration");

        async Task<(string?, string)> GatewayAsync()
        {
            var gateway = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200)
                .Json.GetProperty("default_gateways").GetProperty("ipv4");
            return (gateway.GetProperty("gateway_ip").GetString(), gateway.GetProperty("link_id").GetRawText());
        }
    }

    [Fact]
    public async Task An_installed_system_gets_the_planned_network_and_otherwise_keeps_its_own()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var subnet = await SubnetAsync(host, "10.0.0.0/24", "10.0.0.1");
        var (planned, plain) = (await host.ReadyAsync(), await host.ReadyAsync("52:54:00:00:00:02"));
        await PostAsync(host, $"nodes/{planned.Id}/interfaces/eth0/?op=link_subnet", ("mode", "auto"), ("subnet", subnet));
        foreach (var machine in new[] { planned, plain })
            (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        var text = (await host.GetAsync(await host.TokenAsync(planned), "/MAAS/metadata/latest/maas-cloud-config")).Expect(200).Text;
        var line = text.Split('\n').Should().ContainSingle(each => each.StartsWith("network: ")).Subject;
        using var network = JsonDocument.Parse(line["network: ".Length..]);
        var eth0 = network.RootElement.GetProperty("ethernets").GetProperty("eth0");
        eth0.GetProperty("addresses")[0].GetString().Should().Be("10.0.0.2/24");
        eth0.GetProperty("match").GetProperty("macaddress").GetString().Should().Be("52:54:00:00:00:01");
        (await host.GetAsync(await host.TokenAsync(plain), "/MAAS/metadata/latest/maas-cloud-config")).Expect(200).Text
            .Should().NotContain("network:");
    }

    private static async Task<JsonElement> PostAsync(ApiHost host, string path, params (string Name, string Value)[] fields) =>
        (await host.PostAsync(host.Admin, path, fields)).Expect(200).Json;

    private static async Task<string> SubnetAsync(ApiHost host, string cidr, string? gateway = null) =>
        (await host.PostAsync(
            host.Admin, "subnets/", gateway is null ? [("cidr", cidr)] : [("cidr", cidr), ("gateway_ip", gateway)])).Expect(200)
        .Json.GetProperty("id").GetRawText();
}

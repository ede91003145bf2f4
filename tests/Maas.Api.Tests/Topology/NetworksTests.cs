namespace Maas.Api.Tests.Topology;

/// <summary><c>networks/</c> of API 2.0: subnets in their older form.</summary>
public class NetworksTests
{
    [Fact]
    public async Task Networks_are_subnets_and_those_of_nodes_are_the_ones_that_they_have_in_common()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.ReadyAsync(), await host.ReadyAsync("52:54:00:00:00:02"));
        var id = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"), ("name", "lab"))).Expect(200).Json
            .GetProperty("id").GetRawText();
        var vlan = (await host.GetAsync(host.Admin, $"subnets/{id}/")).Json.GetProperty("vlan").GetProperty("id").GetRawText();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.10.0.0/24"))).Expect(200);
        var nic = (await host.GetAsync(host.Admin, $"nodes/{one.Id}/interfaces/")).Json[0].GetProperty("id").GetRawText();
        (await host.PutAsync(host.Admin, $"nodes/{one.Id}/interfaces/{nic}/", ("vlan", vlan))).Expect(200);
        (await host.PostAsync(host.Admin, $"nodes/{one.Id}/interfaces/{nic}/?op=link_subnet", ("mode", "AUTO"), ("subnet", id)))
            .Expect(200);

        (await host.GetAsync(host.Bob, "networks/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        var network = (await host.GetAsync(host.Bob, $"networks/?node={one.Id}")).Expect(200).Json.EnumerateArray()
            .Should().ContainSingle().Which;
        network.GetRawText().Should().Contain($"\"name\":\"subnet-{id}\",\"ip\":\"10.9.0.0\",\"netmask\":\"255.255.255.0\"");
        (await host.GetAsync(host.Bob, $"networks/?node={one.Id}&node={two.Id}")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Bob, "networks/?node=aaaaaa")).Expect(400).Json.GetProperty("node");
        foreach (var name in (string[])[$"subnet-{id}", id, "lab", "cidr:10.9.0.0%2F24"])
            (await host.GetAsync(host.Bob, $"networks/{name}/")).Expect(200).Json.GetRawText().Should().Be(network.GetRawText());
        (await host.GetAsync(host.Bob, $"networks/subnet-{id}/?op=list_connected_macs")).Expect(200).Text.Should()
            .Be("""[{"mac_address":"52:54:00:00:00:01"},{"mac_address":"52:54:00:00:00:02"}]""", "both are on its VLAN");
        (await host.GetAsync(host.Bob, "networks/nowhere/")).Expect(404);
    }

    [Fact]
    public async Task What_changed_networks_is_gone()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(host.Admin, "networks/", ("name", "x"))).Expect(410);
        (await host.PutAsync(host.Admin, "networks/x/", ("name", "x"))).Expect(410);
        (await host.DeleteAsync(host.Admin, "networks/x/")).Expect(410);
        (await host.PostAsync(host.Admin, "networks/x/?op=connect_macs", ("macs", "x"))).Expect(410);
        (await host.PostAsync(host.Admin, "networks/x/?op=disconnect_macs")).Expect(410);
    }
}

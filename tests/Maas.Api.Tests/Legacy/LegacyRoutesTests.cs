using Maas.Core.Nodes;

namespace Maas.Api.Tests.Legacy;

/// <summary>API 1.0 as Juju 0.5 drove it in April 2012: multipart bodies with plain parts, <c>op</c> among them.</summary>
public class LegacyRoutesTests
{
    private const string Nodes = "/MAAS/api/1.0/nodes/";

    [Fact]
    public async Task A_node_declares_itself_is_accepted_and_becomes_Ready()
    {
        await using var host = await ApiHost.StartAsync();

        var declared =
            (await host.SendAsync(
                "POST", Nodes, null, Multipart(("op", "new"), ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:01")))).Expect(
                200).Json;

        var id = declared.GetProperty("system_id").GetString()!;
        id.Should().StartWith("node-");
        declared.GetProperty("status").GetInt32().Should().Be(0, "that is Declared");
        declared.GetProperty("resource_uri").GetString().Should().Be($"{Nodes}{id}/");
        declared.GetProperty("macaddress_set")[0].GetProperty("mac_address").GetString().Should().Be("52:54:00:00:00:01");
        declared.EnumerateObject()
            .Select(each => each.Name)
            .Should()
            .BeEquivalentTo("system_id", "hostname", "macaddress_set", "architecture", "status", "resource_uri");
        (await host.SendAsync("GET", Nodes + "?op=is_registered&mac_address=52:54:00:00:00:01")).Expect(200).Text.Should().Be("true");

        (await host.PostAsync(host.Bob, Nodes, ("op", "accept"), ("nodes", id))).Expect(403);
        var accepted = (await host.PostAsync(host.Admin, Nodes, ("op", "accept"), ("nodes", id))).Expect(200).Json;
        accepted[0].GetProperty("status").GetInt32().Should().Be(1);
        (await host.PostAsync(host.Admin, Nodes, ("op", "accept"), ("nodes", id))).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.PostAsync(host.Admin, Nodes, ("op", "accept"), ("nodes", "node-x"))).Expect(400).Text.Should()
            .Be("Unknown node(s): node-x.");
    }

    [Fact]
    public async Task Juju_of_2012_acquires_starts_stops_and_releases()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        Task<Reply> SendAsync(string path, params (string, string)[] fields) =>
            host.SendAsync("POST", path, host.Sign(host.Bob), Multipart(fields));

        (await SendAsync(Nodes, ("op", "acquire"), ("name", "nobody"))).Expect(409).Text.Should().Be("No matching node is available.");
        var acquired = (await SendAsync(Nodes, ("op", "acquire"), ("constraint-nobody-knows", "1"))).Expect(200).Json;
        var uri = acquired.GetProperty("resource_uri").GetString()!;
        (
            acquired.GetProperty("status").GetInt32(),
            acquired.GetProperty("substatus").GetInt32(),
            acquired.GetProperty("hostname").GetString()).Should()
            .Be((6, 10, machine.Fqdn));

        var started = (await SendAsync(uri, ("op", "start"), ("user_data", "I2Nsb3VkLWNvbmZpZw=="))).Expect(200).Json;
        (
            started.GetProperty("status").GetInt32(),
            started.GetProperty("substatus").GetInt32(),
            started.GetProperty("resource_uri").GetString()).Should()
            .Be((6, 9, uri));
        (await SendAsync(uri, ("op", "start"))).Expect(200);
        (await host.GetAsync(host.Bob, $"{Nodes}?op=list_allocated&id={machine.Id}")).Expect(200).Json[0].GetProperty("resource_uri")
            .GetString()
            .Should()
            .Be(uri);
        (await host.GetAsync(host.Bob, $"{Nodes}?op=deployment_status&nodes={machine.Id}")).Expect(200).Json.GetProperty(
            machine.Id.ToString())
            .GetString()
            .Should()
            .Be("Deploying");
        (await host.SendAsync("POST", uri, host.Sign(host.Eve), Multipart(("op", "stop")))).Expect(403);
        (await host.DeleteAsync(host.Admin, uri)).Expect(409);

        (await SendAsync(uri, ("op", "stop"))).Expect(200).Json.GetProperty("resource_uri").GetString().Should().Be(uri);
        (await SendAsync(uri, ("op", "release"))).Expect(200).Json.GetProperty("hostname").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public async Task Refusals_use_the_words_of_2012()
    {
        await using var host = await ApiHost.StartAsync();
        var (declared, allocated) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        await host.DoAsync(allocated.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(host.Admin, $"{Nodes}{declared.Id}/", ("op", "release"))).Expect(409).Text.Should()
            .Be("Node cannot be released in its current state ('Declared').");
        (await host.PostAsync(host.Admin, Nodes, ("op", "accept"), ("nodes", allocated.Id.ToString()))).Expect(409)
            .Text.Should().Be($"Cannot accept node enlistment: node {allocated.Id} is in state Allocated to bob.");
        (await host.GetAsync(host.Bob, Nodes)).Expect(400).Text.Should().Be("Unknown operation.");
        (await host.PostAsync(host.Bob, Nodes, ("op", "fly"))).Expect(400).Text.Should().Be("Unknown operation: 'fly'.");
    }

    [Fact]
    public async Task Mac_addresses_are_listed_added_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var macs = $"{Nodes}{machine.Id}/macs/";

        (await host.PostAsync(host.Admin, macs, ("mac_address", "52-54-00-00-00-09"))).Expect(200).Json.GetProperty("resource_uri")
            .GetString()
            .Should()
            .Contain("/macs/");
        (await host.GetAsync(host.Bob, macs)).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("mac_address").GetString())
            .Should()
            .Equal("52:54:00:00:00:01", "52:54:00:00:00:09");
        (await host.GetAsync(host.Bob, macs + "52:54:00:00:00:09/")).Expect(200);
        (await host.GetAsync(host.Bob, macs + "nonsense/")).Expect(400);
        (await host.DeleteAsync(host.Admin, macs + "52:54:00:00:00:09/")).Expect(204);
        (await host.GetAsync(host.Bob, macs + "52:54:00:00:00:09/")).Expect(404);
    }

    [Fact]
    public async Task Files_accounts_settings_and_the_page_for_people_are_there()
    {
        await using var host = await ApiHost.StartAsync();
        var upload = Multipart(("op", "add"), ("filename", "provider-state"));
        upload.Add(new ByteArrayContent([1, 2, 3]), "file", "file");

        (await host.SendAsync("POST", "/MAAS/api/1.0/files/", host.Sign(host.Bob), upload)).Code.Should().BeOneOf(200, 201);
        (await host.GetAsync(host.Bob, "/MAAS/api/1.0/files/?op=get&filename=provider-state")).Expect(200).Body.Should().Equal(1, 2, 3);
        (await host.GetAsync(host.Bob, "/MAAS/api/1.0/files/?op=list&prefix=prov")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Bob, "/MAAS/api/1.0/account/", ("op", "create_authorisation_token"))).Expect(200);
        (await host.PostAsync(host.Admin, "/MAAS/api/1.0/maas/", ("op", "set_config"), ("name", "maas_name"), ("value", "lab")))
            .Expect(200);
        (await host.GetAsync(host.Admin, "/MAAS/api/1.0/maas/?op=get_config&name=maas_name")).Expect(200).Text.Should().Be("\"lab\"");
        var page = (await host.SendAsync("GET", "/MAAS/api/1.0/doc/")).Expect(200);
        page.ContentType.Should().StartWith("text/html");
        page.Text.Should().Contain("/MAAS/api/1.0/nodes/{system_id}/macs/");
    }

    private static MultipartFormDataContent Multipart(params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent("kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx");
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        return form;
    }
}

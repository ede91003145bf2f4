using System.Text.Json;
using Maas.Api.Machines;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Tests.Machines;

/// <summary>A list is assembled of machines that are written already, and still shows every change.</summary>
public class MachineFragmentTests
{
    [Fact]
    public async Task A_list_and_a_machine_are_the_same_whether_they_were_written_already_or_not()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.ReadyAsync("52:54:00:00:00:02");
        var first = (await host.GetAsync(host.Admin, "machines/")).Expect(200);
        var second = (await host.GetAsync(host.Admin, "machines/")).Expect(200);

        second.Text.Should().Be(first.Text);
        second.ContentHeaders.ContentLength.Should().Be(second.Body.Length);
        first.Json.GetArrayLength().Should().Be(2);
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Text.Should().Be(first.Json[0].GetRawText());
        (await host.GetAsync(host.Admin, "machines/?mem=1")).Expect(200).Text
            .Should().Be(first.Text, "filters of both kinds show the same");
    }

    [Fact]
    public async Task Every_change_is_shown()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var zone = (await host.Core.Networks.Zones.CreateAsync(new Zone { Name = "north" }, null))
            .Should().BeOfType<Maas.Core.Records.RecordEdit<Zone>.Done>().Which.Record;
        await host.Core.Machines.EditAsync(machine.Id, null, each => each with { ZoneId = zone.Id }, ApiHost.Cancellation);
        (await ShownAsync()).GetProperty("zone").GetProperty("name").GetString().Should().Be("north");

        await host.Core.Networks.Zones.UpdateAsync(zone.Id, each => each with { Name = "south" }, null, ApiHost.Cancellation);
        (await ShownAsync()).GetProperty("zone").GetProperty("name").GetString().Should().Be("south");
        await host.Core.Machines.EditAsync(machine.Id, null, each => each with { Description = "new words" }, ApiHost.Cancellation);
        (await ShownAsync()).GetProperty("description").GetString().Should().Be("new words");

        var counted = (await ShownAsync()).GetProperty("domain").GetProperty("resource_record_count").GetInt32();
        (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "www.maas"), ("ip_addresses", "10.0.0.9"))).Expect(200);
        (await ShownAsync()).GetProperty("domain").GetProperty("resource_record_count").GetInt32().Should().Be(counted + 1);

        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        var before = (await ShownAsync()).GetProperty("commissioning_status").GetInt32();
        foreach (var script in await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
        {
            await host.Core.ScriptResults.ReportAsync(machine.Id, new ScriptReport
            {
                ResultId = script.Result.Id, ExitStatus = 0, Output = new(ApiHost.Inventory, ApiHost.Inventory, default),
            }, ApiHost.Cancellation);
        }

        (await ShownAsync()).GetProperty("commissioning_status").GetInt32().Should().NotBe(before);

        async Task<JsonElement> ShownAsync()
        {
            var shown = (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json[0];
            (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Text.Should().Be(shown.GetRawText());
            return shown;
        }
    }

    [Fact]
    public async Task A_machine_that_replaces_another_of_its_id_is_shown_as_itself()
    {
        await using var host = await ApiHost.StartAsync();
        var id = SystemId.New();
        var spec = new NewMachine { Id = id, MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] };
        await host.Core.Machines.CreateAsync(spec with { Description = "one" }, null, ApiHost.Cancellation);
        (await host.GetAsync(host.Admin, $"machines/{id}/")).Expect(200).Json.GetProperty("description").GetString().Should().Be("one");
        await host.Core.Machines.DeleteAsync(id, null, ApiHost.Cancellation);
        (await host.GetAsync(host.Admin, $"machines/{id}/")).Expect(404);
        await host.Core.Machines.CreateAsync(spec with { Description = "two" }, null, ApiHost.Cancellation);
        (await host.GetAsync(host.Admin, $"machines/{id}/")).Expect(200).Json.GetProperty("description").GetString().Should().Be("two");
    }

    [Fact]
    public async Task Another_users_machine_is_not_shown()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);
        (await host.GetAsync(host.Bob, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Eve, "machines/")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Eve, $"machines/{machine.Id}/")).Expect(404);
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        await using var host = await ApiHost.StartAsync();
        List<string?> ids = [];
        for (var number = 1; number <= 5; number++) ids.Add((await host.EnlistAsync($"52:54:00:00:00:0{number}")).Id.ToString());

        List<string?> read = [];
        for (var page = await PageAsync("machines/?limit=2"); page.Count > 0; page = await PageAsync($"machines/?limit=2&after={page[^1]}"))
            read.AddRange(page);
        read.Should().Equal(ids);
        (await PageAsync($"machines/?limit=2&after={ids[1]}&not_status=4")).Should().Equal(ids[2], ids[3]);
        (await host.GetAsync(host.Admin, "machines/?limit=0")).Expect(400);
        (await host.GetAsync(host.Admin, "machines/?after=nobody")).Expect(400).Json.TryGetProperty("after", out _).Should().BeTrue();

        async Task<List<string?>> PageAsync(string path) =>
        [
            .. (await host.GetAsync(host.Admin, path)).Expect(200).Json.EnumerateArray()
                .Select(each => each.GetProperty("system_id").GetString()),
        ];
    }

    [Fact]
    public async Task What_is_kept_is_bounded_in_bytes()
    {
        await using var host = await ApiHost.StartAsync(configure: options => options.MachineCacheBytes = 20_000);
        for (var number = 10; number < 30; number++) await host.EnlistAsync($"52:54:00:00:00:{number}");
        (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(20);
        host.Get<MachineFragments>().Bytes.Should().BeInRange(1, 20_000);
        (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(20);
    }
}

namespace Maas.Api.Tests.Tags;

public class TagTests
{
    [Fact]
    public async Task Criterion_41_tags_are_made_put_on_machines_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"), ("comment", "fast"), ("kernel_opts", ""))).Expect(200).Json.GetProperty(
            "kernel_opts")
            .GetString()
            .Should()
            .BeEmpty();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(400);
        (await host.PostAsync(host.Admin, "tags/", ("name", "no good"))).Expect(400);
        (await host.PostAsync(host.Bob, "tags/", ("name", "x"))).Expect(403);

        var counts = (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("add", machine.Id.ToString()))).Expect(200).Json;
        (counts.GetProperty("added").GetInt32(), counts.GetProperty("removed").GetInt32()).Should().Be((1, 0));
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Json.GetProperty("tag_names")[0].GetString().Should().Be("ssd");
        (await host.GetAsync(host.Bob, "tags/ssd/?op=machines")).Expect(200).Json[0].GetProperty("system_id")
            .GetString()
            .Should()
            .Be(machine.Id.ToString());
        (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("remove", machine.Id.ToString()), ("definition", "//node"))).Expect(
            409);

        (await host.DeleteAsync(host.Admin, "tags/ssd/")).Expect(204);
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Json.GetProperty("tag_names").GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Bob, "tags/ssd/")).Expect(404);
    }

    [Fact]
    public async Task A_tag_that_is_renamed_is_renamed_on_its_machines_too()
    {
        await using var host = await ApiHost.StartAsync();
        var (tagged, other) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        foreach (var tag in new[] { "ssd", "taken" }) (await host.PostAsync(host.Admin, "tags/", ("name", tag), ("comment", "fast")))
            .Expect(200);
        (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("add", tagged.Id.ToString()))).Expect(200);

        (await host.PutAsync(host.Admin, "tags/ssd/", ("name", "taken"))).Expect(400).Json.GetProperty("name")[0].GetString().Should()
            .Be("Tag with this Name already exists.");
        (await host.PutAsync(host.Admin, "tags/ssd/", ("name", "no good"))).Expect(400);
        var renamed = (await host.PutAsync(host.Admin, "tags/ssd/", ("name", "nvme"))).Expect(200).Json;

        (renamed.GetProperty("name").GetString(), renamed.GetProperty("comment").GetString(), renamed.GetProperty("resource_uri")
            .GetString())
            .Should().Be(("nvme", "fast", "/MAAS/api/2.0/tags/nvme/"));
        (await host.GetAsync(host.Admin, "tags/ssd/")).Expect(404);
        (await host.GetAsync(host.Admin, "machines/?tags=nvme")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("system_id").GetString()).Should().Equal(tagged.Id.ToString());
        (await host.MachineAsync(tagged.Id)).Tags.Should().Equal("nvme");
        (await host.MachineAsync(other.Id)).Tags.Should().BeEmpty();
    }

    [Theory]
    [InlineData("kernel_opts", "quiet")]
    [InlineData("definition", "//node")]
    public async Task What_nothing_would_act_on_is_refused_with_words(string field, string value)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(200);

        (await host.PostAsync(host.Admin, "tags/", ("name", "hdd"), (field, value))).Expect(400).Json.GetProperty(field)[0].GetString()
            .Should()
            .Contain("not");
        (await host.PutAsync(host.Admin, "tags/ssd/", (field, value))).Expect(400).Json.GetProperty(field)[0].GetString()
            .Should()
            .Contain("not");
    }
}

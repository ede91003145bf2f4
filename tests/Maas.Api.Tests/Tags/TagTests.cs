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

    [Fact]
    public async Task A_definition_puts_the_tag_on_the_machines_that_match_and_is_shown()
    {
        await using var host = await ApiHost.StartAsync();
        var (ready, fresh) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));

        var made = (await host.PostAsync(
            host.Admin, "tags/", ("name", "big"), ("definition", "//node[@id=\"memory\"]/size >= 4294967296"),
            ("kernel_opts", "nomodeset")))
            .Expect(200).Json;
        (made.GetProperty("definition").GetString(), made.GetProperty("kernel_opts").GetString()).Should()
            .Be(("//node[@id=\"memory\"]/size >= 4294967296", "nomodeset"));
        await host.Core.TagEvaluation.PassAsync(ApiHost.Cancellation);

        (await host.GetAsync(host.Bob, "tags/big/?op=machines")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("system_id").GetString()).Should().Equal(ready.Id.ToString());
        (await host.PutAsync(host.Admin, "tags/big/", ("definition", "not(//node)"))).Expect(200);
        await host.Core.TagEvaluation.PassAsync(ApiHost.Cancellation);
        (await host.GetAsync(host.Bob, "tags/big/?op=nodes")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("system_id").GetString()).Should().Equal(fresh.Id.ToString());
        foreach (var op in new[] { "devices", "rack_controllers", "region_controllers" })
            (await host.GetAsync(host.Bob, $"tags/big/?op={op}")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Rebuild_answers_what_is_rebuilt_and_how_many_machines_are_to_be_evaluated()
    {
        await using var host = await ApiHost.StartAsync();
        await host.EnlistAsync();
        await host.PostAsync(host.Admin, "tags/", ("name", "all"), ("definition", "true()"));
        await host.PostAsync(host.Admin, "tags/", ("name", "manual"));
        await host.Core.TagEvaluation.PassAsync(ApiHost.Cancellation);

        (await host.PostAsync(host.Admin, "tags/all/?op=rebuild")).Expect(200).Text.Should()
            .Be("""{"rebuilding":"all","machines":1,"evaluated":0,"matching":0}""");
        (await host.PostAsync(host.Admin, "tags/manual/?op=rebuild")).Expect(200).Text.Should().Be("""{"rebuilding":"manual"}""");
        (await host.PostAsync(host.Bob, "tags/all/?op=rebuild")).Expect(403);
        (await host.PostAsync(host.Admin, "tags/absent/?op=rebuild")).Expect(404);
        (await host.GetAsync(host.Admin, "events/?op=query&level=AUDIT")).Expect(200).Text.Should()
            .Contain("Tag 'all' is evaluated again.");
    }

    [Theory]
    [InlineData("kernel_opts", "quiet\ninit=/bin/sh")]
    [InlineData("definition", "//node[")]
    [InlineData("definition", "document('/etc/passwd')")]
    [InlineData("name", "no good")]
    public async Task A_wrong_field_is_refused_by_name_and_nothing_changes(string field, string value)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"), ("definition", "//a"), ("kernel_opts", "quiet"))).Expect(200);

        var refused = (await host.PutAsync(host.Admin, "tags/ssd/", (field, value))).Expect(400).Json.GetProperty(field)[0].GetString();
        if (field != "name")
            (await host.PostAsync(host.Admin, "tags/", ("name", "hdd"), (field, value))).Expect(400).Json.GetProperty(field);

        if (field == "definition") refused.Should().StartWith("Invalid xpath expression: ");
        var tag = (await host.GetAsync(host.Bob, "tags/")).Expect(200).Json.EnumerateArray().Should().ContainSingle().Subject;
        (tag.GetProperty("definition").GetString(), tag.GetProperty("kernel_opts").GetString()).Should().Be(("//a", "quiet"));
    }

    [Fact]
    public async Task An_empty_argument_empties_its_field_and_an_absent_one_leaves_it()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"), ("comment", "c"), ("definition", "//a"), ("kernel_opts", "quiet")))
            .Expect(200);

        (await host.PutAsync(host.Admin, "tags/ssd/", ("definition", ""), ("name", ""))).Expect(200);

        var tag = (await host.GetAsync(host.Bob, "tags/ssd/")).Expect(200).Json;
        (tag.GetProperty("comment").GetString(), tag.GetProperty("definition").GetString(), tag.GetProperty("kernel_opts").GetString())
            .Should().Be(("c", "", "quiet"));
    }

    [Fact]
    public async Task Update_nodes_with_another_definition_is_a_conflict_in_MAASs_words()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.PostAsync(host.Admin, "tags/", ("name", "all"), ("definition", "true()"));

        (await host.PostAsync(host.Admin, "tags/all/?op=update_nodes", ("add", machine.Id.ToString()), ("definition", "//x")))
            .Expect(409).Text.Should().Be("Definition supplied '//x' doesn't match current definition 'true()'");
        (await host.PostAsync(
            host.Admin, "tags/all/?op=update_nodes", ("add", machine.Id.ToString()), ("add", "zzzzzz"), ("definition", "true()")))
            .Expect(200).Text.Should().Be("""{"added":1,"removed":0}""");
        (await host.PostAsync(host.Bob, "tags/all/?op=update_nodes", ("remove", machine.Id.ToString()))).Expect(403);
    }

    [Fact]
    public async Task Details_have_the_inventory_as_lshw_shows_it()
    {
        await using var host = await ApiHost.StartAsync();
        var (ready, fresh) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));

        var details = (await host.GetAsync(host.Bob, $"machines/{ready.Id}/?op=details")).Expect(200).Text;
        details.Should().Contain("<node id=\"memory\" claimed=\"true\" class=\"memory\">").And.Contain("<lldp label=\"LLDP neighbors\">");
        (await host.GetAsync(host.Bob, $"machines/{fresh.Id}/?op=details")).Expect(200).Text.Should().NotContain("<");
    }
}

namespace Maas.Api.Tests.Tags;

public class TagTests
{
    [Fact]
    public async Task Criterion_41_tags_are_made_put_on_machines_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"), ("comment", "fast"), ("kernel_opts", "quiet"))).Expect(200).Json.GetProperty("kernel_opts").GetString().Should().Be("quiet");
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(400);
        (await host.PostAsync(host.Admin, "tags/", ("name", "no good"))).Expect(400);
        (await host.PostAsync(host.Bob, "tags/", ("name", "x"))).Expect(403);

        var counts = (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("add", machine.Id.ToString()))).Expect(200).Json;
        (counts.GetProperty("added").GetInt32(), counts.GetProperty("removed").GetInt32()).Should().Be((1, 0));
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Json.GetProperty("tag_names")[0].GetString().Should().Be("ssd");
        (await host.GetAsync(host.Bob, "tags/ssd/?op=machines")).Expect(200).Json[0].GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("remove", machine.Id.ToString()), ("definition", "//node"))).Expect(409);

        (await host.DeleteAsync(host.Admin, "tags/ssd/")).Expect(204);
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Json.GetProperty("tag_names").GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Bob, "tags/ssd/")).Expect(404);
    }
}

using System.Diagnostics;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Machines;

public class MachineListTests
{
    [Fact]
    public async Task Criterion_09_the_list_is_in_the_order_of_creation_and_may_be_empty()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, "machines/")).Expect(200).Text.Should().Be("[]");
        List<string> created = [];
        for (var i = 1; i <= 3; i++) created.Add((await host.EnlistAsync($"52:54:00:00:00:0{4 - i}")).Id.ToString());

        (await IdsAsync(host, "machines/")).Should().Equal(created);
    }

    [Fact]
    public async Task Criterion_10_repeated_filters_are_alternatives_and_unknown_ids_match_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        await host.EnlistAsync("52:54:00:00:00:03");

        (await IdsAsync(host, $"machines/?id={one.Id}&id={two.Id}&id=zzzzzz")).Should().Equal(one.Id.ToString(), two.Id.ToString());
        (await IdsAsync(host, "machines/?id=nonsense")).Should().BeEmpty();
        (await IdsAsync(host, $"machines/?hostname={one.Hostname}&hostname=nobody")).Should().Equal(one.Id.ToString());
        (await IdsAsync(host, $"machines/?hostname={two.Fqdn}")).Should().Equal(two.Id.ToString());
        (await IdsAsync(host, "machines/?mac_address=52-54-00-00-00-02")).Should().Equal(two.Id.ToString());
    }

    [Fact]
    public async Task Criterion_11_agent_name_and_status_select()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("agent_name", "juju-1"))).Expect(200);

        (await IdsAsync(host, "machines/?agent_name=juju-1")).Should().Equal(one.Id.ToString());
        (await IdsAsync(host, "machines/?agent_name=juju-2")).Should().BeEmpty();
        foreach (var status in new[] { "new", "New", "0" })
            (await IdsAsync(host, $"machines/?status={status}")).Should().Equal(two.Id.ToString());
        (await IdsAsync(host, "machines/?not_status=new")).Should().Equal(one.Id.ToString());
        (await host.GetAsync(host.Admin, "machines/?status=asleep")).Expect(400);
        (await host.GetAsync(host.Admin, "machines/?zone=mars")).Expect(400);
    }

    [Fact]
    public async Task List_allocated_goes_by_the_key_not_by_the_user()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);
        var second = await host.Core.Users.CreateApiKeyAsync(host.Bob.User, "other", ApiHost.Cancellation);

        (await host.GetAsync(host.Bob, "machines/?op=list_allocated")).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(second, "machines/?op=list_allocated")).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Criterion_16_no_candidate_is_409_in_words()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("name", "nobody"))).Expect(409).Text.Should().Contain("nobody");
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("mem", "1e9"))).Expect(409);
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("arch", "arm64"))).Code.Should().BeOneOf(400, 409);
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("mem", "much"))).Expect(400).Json.TryGetProperty("mem", out _)
            .Should()
            .BeTrue();
    }

    [Fact]
    public async Task Criterion_17_the_smallest_machine_that_fits_is_given()
    {
        await using var host = await ApiHost.StartAsync();
        var (small, big) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        await host.PutAsync(host.Admin, $"machines/{small.Id}/", ("memory", "2048"), ("cpu_count", "1"));
        await host.PutAsync(host.Admin, $"machines/{big.Id}/", ("memory", "65536"), ("cpu_count", "64"));

        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("mem", "4096.0"), ("dry_run", "true"))).Expect(200).Json.GetProperty(
            "system_id")
            .GetString()
            .Should()
            .Be(big.Id.ToString());
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("mem", "1024"), ("arch", "amd64"))).Expect(200).Json.GetProperty(
            "system_id")
            .GetString()
            .Should()
            .Be(small.Id.ToString());
    }

    [Fact]
    public async Task Criterion_18_tags_are_all_wanted_repeated_or_with_commas_and_not_tags_exclude()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        foreach (var tag in new[] { "ssd", "gpu" }) (await host.PostAsync(host.Admin, "tags/", ("name", tag))).Expect(200);
        await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("add", one.Id.ToString()), ("add", two.Id.ToString()));
        await host.PostAsync(host.Admin, "tags/gpu/?op=update_nodes", ("add", two.Id.ToString()));
        async Task<string?> WouldGetAsync(params (string, string)[] constraints) =>
            (await host.PostAsync(host.Bob, "machines/?op=allocate", [("dry_run", "true"), .. constraints])).Json.GetProperty("system_id")
                .GetString();

        (await WouldGetAsync(("tags", "ssd,gpu"))).Should().Be(two.Id.ToString());
        (await WouldGetAsync(("tags", "ssd"), ("tags", "gpu"))).Should().Be(two.Id.ToString());
        (await WouldGetAsync(("tags", "ssd"), ("not_tags", "gpu"))).Should().Be(one.Id.ToString());
    }

    [Fact]
    public async Task Criteria_19_and_21_what_makes_no_sense_is_refused_and_not_ignored()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("zone", "mars"))).Expect(400);
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("storage", "root:20 (ssd)"))).Expect(400).Json.TryGetProperty(
            "storage", out _)
            .Should()
            .BeTrue();
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("zone", "default"), ("pool", "default"))).Expect(200);
    }

    [Fact]
    public async Task Criterion_24_a_dry_run_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("dry_run", "true"))).Expect(200);

        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task Criterion_26_allocating_at_the_same_time_never_gives_the_same_machine()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 1; i <= 5; i++) await host.ReadyAsync($"52:54:00:00:00:0{i}");

        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.PostAsync(host.Bob, "machines/?op=allocate")));

        replies.Count(reply => reply.Code == 409).Should().Be(7);
        replies.Where(reply => reply.Code == 200).Select(
            reply => reply.Json.GetProperty("system_id").GetString()).Should().OnlyHaveUniqueItems().And.HaveCount(
            5);
    }

    [Fact]
    public async Task A_thousand_machines_are_listed_quickly()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 0; i < 1000; i++)
            await host.Core.Machines.EnlistAsync(
                new NewMachine { MacAddresses = [Core.MacAddress.From([0x52, 0x54, 0, 1, (byte)(i >> 8), (byte)i])] },
                ApiHost.Cancellation);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var reply = (await host.GetAsync(host.Admin, "machines/")).Expect(200);
            var took = Stopwatch.GetElapsedTime(start);
            if (took < best) best = took;
            reply.Json.GetArrayLength().Should().Be(1000);
            TestContext.Current.TestOutputHelper?.WriteLine($"{reply.Body.Length:N0} bytes in {took.TotalMilliseconds:N0} ms");
        }

        best.Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    private static async Task<IReadOnlyList<string?>> IdsAsync(ApiHost host, string path) =>
        [.. (await host.GetAsync(host.Admin, path)).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("system_id").GetString())];
}

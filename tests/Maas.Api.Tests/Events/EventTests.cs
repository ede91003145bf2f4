using System.Text.Json;
using Maas.Core.Events;

namespace Maas.Api.Tests.Events;

public class EventTests
{
    [Fact]
    public async Task Criterion_57_events_are_paged_newest_first_and_the_page_addresses_work_as_they_are()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 1; i <= 5; i++)
            await host.Core.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Count", $"{i}"), ApiHost.Cancellation);

        var newest = (await host.GetAsync(host.Admin, "events/?op=query&limit=2")).Expect(200).Json;
        newest.GetProperty("count").GetInt32().Should().Be(2);
        Descriptions(newest).Should().Equal("5", "4");

        var older = (await host.GetAsync(host.Admin, newest.GetProperty("prev_uri").GetString()!)).Expect(200).Json;
        Descriptions(older).Should().Equal("3", "2");

        await host.Core.Events.WriteAsync(null, new EventNote(EventLevel.Warning, "Count", "6"), ApiHost.Cancellation);
        var newer = (await host.GetAsync(host.Admin, newest.GetProperty("next_uri").GetString()!)).Expect(200).Json;
        Descriptions(newer).Should().Equal("6");
    }

    [Fact]
    public async Task Criterion_57_both_ends_or_too_many_are_refused()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Admin, "events/?op=query&before=2&after=1")).Expect(400);
        (await host.GetAsync(host.Admin, "events/?op=query&limit=1001")).Expect(400);
        (await host.GetAsync(host.Admin, "events/?op=query&level=LOUD")).Expect(400);
    }

    [Fact]
    public async Task A_user_does_not_read_of_other_peoples_machines()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("comment", "bobs-reason"))).Expect(200);

        (await host.GetAsync(host.Eve, "events/?op=query")).Expect(200).Json.GetProperty("count").GetInt32().Should().Be(0);
        (await host.GetAsync(host.Bob, "events/?op=query")).Expect(200).Json.GetProperty("count").GetInt32().Should().BePositive();
    }

    [Fact]
    public async Task Words_about_a_machine_stay_with_its_owner_of_then()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=mark_broken", ("comment", "ticket 4711"))).Expect(200);
        async Task<bool> ReadsAsync(Core.Accounts.ApiKey key) =>
            (await host.GetAsync(key, "events/?op=query&limit=1000")).Expect(200).Text.Contains("4711", StringComparison.Ordinal);

        ((await ReadsAsync(host.Bob)), (await ReadsAsync(host.Admin)), (await ReadsAsync(host.Eve))).Should()
            .Be((true, true, false), "nobody has the machine now");
        (await host.DeleteAsync(host.Admin, $"machines/{machine.Id}/")).Expect(204);
        ((await ReadsAsync(host.Bob)), (await ReadsAsync(host.Admin)), (await ReadsAsync(host.Eve))).Should()
            .Be((true, true, false), "the machine is gone");
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("1.0", 200)]
    [InlineData("1e3", 200)]
    [InlineData("1.5", 400)]
    [InlineData("x", 400)]
    [InlineData("99999999999999999999", 400)]
    public async Task A_page_begins_after_whatever_number_is_one(string after, int code)
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Admin, $"events/?op=query&after={after}")).Expect(code);
    }

    private static IEnumerable<string?> Descriptions(JsonElement page) =>
        page.GetProperty("events").EnumerateArray().Select(each => each.GetProperty("description").GetString());
}

using System.Web;
using Maas.Client.Events;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Client.Tests.Events;

public class EventsClientTests
{
    private const int Limit = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_events_are_read_page_by_page_the_newest_first()
    {
        var server = new StubServer(request => Page(request, newest: 10));
        using var client = server.Client();

        var ids = await client.Events.ListAsync(new() { Limit = Limit, Level = "DEBUG" }, Cancellation).Select(each => each.Id)
            .ToListAsync(Cancellation);

        ids.Should().Equal(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        server.Requests.Should().HaveCount(5).And.OnlyContain(request => request.Uri.Query.Contains("level=DEBUG"));
    }

    [Fact]
    public async Task A_server_whose_pages_go_in_circles_ends_the_enumeration()
    {
        var server = new StubServer(_ => StubServer.Json(
            """{"count":1,"events":[{"id":7}],"prev_uri":"/MAAS/api/2.0/events/?op=query&before=9"}"""));
        using var client = server.Client();

        (await client.Events.ListAsync(null, Cancellation).ToListAsync(Cancellation)).Should().ContainSingle();
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task New_events_are_given_as_they_come_the_oldest_first()
    {
        var time = new FakeTimeProvider();
        var newest = 5;
        var server = new StubServer(request => Page(request, newest));
        using var client = server.Client(timeProvider: time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        List<long> seen = [];

        var watching = Task.Run(
            async () =>
            {
                await foreach (var each in client.Events.WatchAsync(new() { Limit = Limit }, cancellationToken: stop.Token))
                {
                    seen.Add(each.Id);
                    if (each.Id == 12) await stop.CancelAsync();
                }
            },
            Cancellation);
        await UntilAsync(() => server.Requests.Count == 2);
        newest = 12;
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return watching.IsCompleted;
        });

        seen.Should().Equal(6, 7, 8, 9, 10, 11, 12);
        await watching.Awaiting(each => each).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("Sun, 22 Nov. 2026 22:21:09", "2026-11-22T22:21:09Z")]
    [InlineData("yesterday", null)]
    public void The_time_of_an_event_has_a_form_of_its_own(string created, string? expected) =>
        new MaasEvent { Created = created }.CreatedAt.Should().Be(expected is null ? null : DateTimeOffset.Parse(expected));

    // As MAAS does: with "after" the events that follow, with "before" those that precede; always the newest first.
    private static HttpResponseMessage Page(StubRequest request, int newest)
    {
        var query = HttpUtility.ParseQueryString(request.Uri.Query);
        var limit = int.Parse(query["limit"] ?? "100");
        var ids = query["after"] is { } after
            ? Enumerable.Range(int.Parse(after) + 1, Math.Max(0, newest - int.Parse(after))).Take(limit).Reverse().ToList()
            : Enumerable.Range(1, query["before"] is { } before ? int.Parse(before) - 1 : newest).Reverse().Take(limit).ToList();
        var events = string.Join(',', ids.Select(id => $$"""{"id":{{id}},"type":"x","level":"INFO"}"""));
        var older = ids.Count == 0
            ? "null"
            : $"\"/MAAS/api/2.0/events/?op=query&level={query["level"]}&limit={limit}&before={ids[^1]}\"";
        return StubServer.Json($$"""{"count":{{ids.Count}},"events":[{{events}}],"next_uri":null,"prev_uri":{{older}}}""");
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        holds().Should().BeTrue();
    }
}

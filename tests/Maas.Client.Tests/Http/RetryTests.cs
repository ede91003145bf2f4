using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Client.Tests.Http;

public class RetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_503_with_Retry_After_any_request_is_sent_again_when_the_time_has_come_with_a_new_nonce()
    {
        var time = new FakeTimeProvider();
        var failures = 2;
        var server = new StubServer(_ => failures-- > 0 ? Busy(TimeSpan.FromSeconds(7)) : StubServer.Json("{}"));
        using var client = server.Client(timeProvider: time);

        var allocating = client.Machines.CreateAsync(new() { Architecture = "amd64" }, Cancellation);

        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(6.9), () => server.Requests.Count == 1);
        allocating.IsCompleted.Should().BeFalse();
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(0.1), () => server.Requests.Count == 2);
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(7), () => server.Requests.Count == 3);
        await allocating;
        server.Requests.Select(each => each.Authorization).Should().OnlyHaveUniqueItems();
        server.Requests.Select(each => each.Body).Should().AllBe("architecture=amd64");
    }

    [Fact]
    public async Task The_number_of_attempts_is_bounded()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var server = new StubServer(_ => Busy(TimeSpan.Zero));
        using var client = server.Client(new() { MaximumAttempts = 3 }, time);

        var error = (await Reading(client).Should().ThrowAsync<MaasApiException>()).Which;

        error.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_long_wait_fails_the_request_at_once()
    {
        var server = new StubServer(_ => Busy(TimeSpan.FromHours(1)));
        using var client = server.Client();

        var error = (await Reading(client).Should().ThrowAsync<MaasApiException>()).Which;

        error.RetryAfter.Should().Be(TimeSpan.FromHours(1));
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_POST_after_503_without_Retry_After_is_not_sent_again()
    {
        var server = new StubServer(_ => StubServer.Text(HttpStatusCode.ServiceUnavailable));
        using var client = server.Client(new() { RetryDelay = TimeSpan.Zero });

        var creating = () => client.Zones.CreateAsync(new() { Name = "x" }, Cancellation);

        await creating.Should().ThrowAsync<MaasApiException>();
        server.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("PUT", 4)]
    [InlineData("DELETE", 4)]
    [InlineData("POST", 1)]
    public async Task After_a_connection_failure_only_an_idempotent_request_is_sent_again(string method, int attempts)
    {
        var server = new StubServer(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        using var client = server.Client(new() { RetryDelay = TimeSpan.Zero });

        var sending = () => client.SendAsync(new HttpMethod(method), "zones/", null, Cancellation);

        await sending.Should().ThrowAsync<HttpRequestException>();
        server.Requests.Should().HaveCount(attempts);
    }

    [Fact]
    public async Task The_wait_doubles_up_to_its_limit()
    {
        var time = new FakeTimeProvider();
        var server = new StubServer(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        using var client = server.Client(
            new() { RetryDelay = TimeSpan.FromSeconds(2), MaximumRetryDelay = TimeSpan.FromSeconds(5), MaximumAttempts = 5 }, time);

        var sending = client.Version.GetAsync(Cancellation);
        foreach (var (seconds, count) in new[] { (2, 2), (4, 3), (5, 4), (5, 5) })
        {
            await AdvanceUntilAsync(time, TimeSpan.FromSeconds(seconds - 0.5), () => server.Requests.Count == count - 1);
            await AdvanceUntilAsync(time, TimeSpan.FromSeconds(0.5), () => server.Requests.Count == count);
        }

        await sending.Awaiting(each => each).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task An_object_that_is_gone_after_a_lost_answer_was_deleted_by_the_first_attempt()
    {
        var first = true;
        var server = new StubServer(_ =>
        {
            if (!first) return StubServer.Text(HttpStatusCode.NotFound, "Not Found");
            first = false;
            throw new HttpRequestException(HttpRequestError.ResponseEnded);
        });
        using var client = server.Client(new() { RetryDelay = TimeSpan.Zero });

        await client.Zones.DeleteAsync("x", Cancellation);
        var again = () => client.Zones.DeleteAsync("x", Cancellation);

        (await again.Should().ThrowAsync<MaasApiException>()).Which.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_timeout_and_cancellation_is_cancellation()
    {
        var time = new FakeTimeProvider();
        using var client = new MaasClient(new Uri("http://maas.test/MAAS"), null, null, new HttpClient(new SilentHandler()), time);

        var waiting = client.Version.GetAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(101));
        await waiting.Awaiting(each => each).Should().ThrowAsync<TimeoutException>();

        using var stop = new CancellationTokenSource();
        var cancelled = client.Version.GetAsync(stop.Token);
        await stop.CancelAsync();
        await cancelled.Awaiting(each => each).Should().ThrowAsync<OperationCanceledException>();
    }

    private static Func<Task> Reading(MaasClient client) => () => client.Version.GetAsync(Cancellation);

    private static HttpResponseMessage Busy(TimeSpan wait)
    {
        var answer = StubServer.Text(HttpStatusCode.ServiceUnavailable, "Try again.");
        answer.Headers.RetryAfter = new RetryConditionHeaderValue(wait);
        return answer;
    }

    // The continuation of a timer runs on another thread: the test gives it the time that it needs.
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, TimeSpan by, Func<bool> holds)
    {
        // The timer must exist before the clock moves.
        for (var i = 0; i < 20; i++) await Task.Yield();
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        time.Advance(by);
        for (var i = 0; i < 500 && !holds(); i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        holds().Should().BeTrue();
    }

    private sealed class SilentHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}

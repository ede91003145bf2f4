using Maas.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Health;

public sealed class SharedHealthCheckTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CountingCheck _store = new();
    private readonly SharedHealthCheck _check;

    public SharedHealthCheckTests() => _check = new SharedHealthCheck(_store, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_requests_at_once_make_one_write_and_so_do_those_of_the_next_five_seconds()
    {
        var requests = Enumerable.Range(0, 100).Select(_ => Task.Run(() => AskAsync(), Token)).ToList();
        await _store.Begun.Task.WaitAsync(Token);
        _store.Answer.SetResult(HealthCheckResult.Healthy("written"));
        (await Task.WhenAll(requests)).Should().OnlyContain(result => result.Description == "written");
        _time.Advance(SharedHealthCheck.Age - TimeSpan.FromMilliseconds(1));
        await AskAsync();
        _store.Count.Should().Be(1);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await AskAsync();
        _store.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_fails_within_five_seconds_and_is_asked_once()
    {
        for (var time = 0; time < 3; time++)
        {
            var request = AskAsync();
            await _store.Begun.Task.WaitAsync(Token);
            while (!request.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            (await request).Should().Match<HealthCheckResult>(
                result => result.Status == HealthStatus.Degraded && result.Description == "No answer within 5 s.");
            _time.Advance(SharedHealthCheck.Age);
        }

        _store.Count.Should().Be(1);
        _store.Answer.SetResult(HealthCheckResult.Healthy());
        (await AskAsync()).Status.Should().Be(HealthStatus.Healthy, "the store answers again");
    }

    [Fact]
    public async Task A_request_that_is_given_up_does_not_end_the_check_of_others()
    {
        using var gone = new CancellationTokenSource();
        var first = AskAsync(gone.Token);
        await _store.Begun.Task.WaitAsync(Token);
        var second = AskAsync();
        await gone.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        _store.Answer.SetResult(HealthCheckResult.Healthy());
        (await second).Status.Should().Be(HealthStatus.Healthy);
    }

    private Task<HealthCheckResult> AskAsync(CancellationToken? cancellationToken = null) => _check.CheckHealthAsync(
        new HealthCheckContext { Registration = new HealthCheckRegistration("check", _check, HealthStatus.Degraded, tags: null) },
        cancellationToken ?? Token);

    private sealed class CountingCheck : IHealthCheck
    {
        private int _count;

        public int Count => _count;

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<HealthCheckResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _count);
            Begun.TrySetResult();
            return Answer.Task;
        }
    }
}

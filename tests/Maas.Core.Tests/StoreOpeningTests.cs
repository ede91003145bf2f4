using Maas.Core.Stores;
using Maas.Sqlite;

namespace Maas.Core.Tests;

public sealed class StoreOpeningTests
{
    private static readonly Exception Away = new StoreUnavailableException("it is away");

    [Fact(Timeout = 60_000)]
    public async Task A_store_that_is_away_is_tried_again_while_the_host_does_what_it_can()
    {
        var outage = new FakeOutage();
        var attempts = 0;

        await using var core = await new StoreOpening(
            () => ++attempts < 3 ? Task.FromException<MaasCore>(Away) : OpenAsync(), outage, TimeProvider.System,
            TestContext.Current.CancellationToken).OpenAsync();

        attempts.Should().Be(3);
        outage.Should().Match<FakeOutage>(each => each.Begun == 1 && each.Ended == 1);
        outage.Reason.Should().Be("it is away");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_store_that_takes_long_is_bridged_too()
    {
        var outage = new FakeOutage();
        var opened = new TaskCompletionSource<MaasCore>();
        var opening = new StoreOpening(() => opened.Task, outage, TimeProvider.System, TestContext.Current.CancellationToken).OpenAsync();
        await outage.HasBegun.Task;
        opening.IsCompleted.Should().BeFalse();

        opened.SetResult(await OpenAsync());
        await using var core = await opening;

        outage.Ended.Should().Be(1);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_bridge_the_failure_is_that_of_the_start()
    {
        var alone = () => new StoreOpening(
            () => Task.FromException<MaasCore>(Away), null, TimeProvider.System, TestContext.Current.CancellationToken).OpenAsync();
        var outage = new FakeOutage { HasNothing = true };
        var refused = () => new StoreOpening(
            () => Task.FromException<MaasCore>(Away), outage, TimeProvider.System, TestContext.Current.CancellationToken).OpenAsync();

        await alone.Should().ThrowAsync<StoreUnavailableException>();
        await refused.Should().ThrowAsync<StoreUnavailableException>();
        outage.Begun.Should().Be(1);
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_failure_ends_the_bridge_and_the_start()
    {
        var outage = new FakeOutage();
        var attempts = 0;
        var opening = () => new StoreOpening(
            () => Task.FromException<MaasCore>(++attempts == 1 ? Away : new StoreVersionException("it is newer")), outage,
            TimeProvider.System, TestContext.Current.CancellationToken).OpenAsync();

        await opening.Should().ThrowAsync<StoreVersionException>();
        outage.Ended.Should().Be(1);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_that_stops_waits_no_longer()
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var outage = new FakeOutage();
        var opening = new StoreOpening(
            () => new TaskCompletionSource<MaasCore>().Task, outage, TimeProvider.System, stopping.Token).OpenAsync();
        await outage.HasBegun.Task;

        await stopping.CancelAsync();

        await FluentActions.Awaiting(() => opening).Should().ThrowAsync<OperationCanceledException>();
        outage.Ended.Should().Be(1);
    }

    private static Task<MaasCore> OpenAsync() => MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));

    private sealed class FakeOutage : IStoreOutage, IAsyncDisposable
    {
        public TaskCompletionSource HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasNothing { get; init; }

        public string? Reason { get; private set; }

        public int Begun { get; private set; }

        public int Ended { get; private set; }

        public Task<IAsyncDisposable?> BeginAsync(string reason, CancellationToken cancellationToken)
        {
            (Reason, Begun) = (reason, Begun + 1);
            HasBegun.TrySetResult();
            return Task.FromResult<IAsyncDisposable?>(HasNothing ? null : this);
        }

        public ValueTask DisposeAsync()
        {
            Ended++;
            return default;
        }
    }
}

using System.Net;
using FleetLoad;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Records;
using Maas.Core.Stores;
using Maas.Core.Topology;
using Maas.Hosting.Nodes;
using Maas.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Networks;

/// <summary>A host whose database was away follows what is stored as before.</summary>
public class StoreOutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_are_leased_after_an_outage_of_the_store()
    {
        await using var store = new InMemoryMaasStore();
        var (records, log) = (new InterruptedRecords(store), new ErrorLog());
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full, log,
            services => services.AddSingleton<IMaasStore>(new SharedStore(store, isFirst: true, records: records)));
        var (core, networks) = (server.Get<MaasCore>(), server.Get<MaasNetworks>());
        var subnet = (await core.Topology.GetAsync(Token)).Subnets.Single();
        records.IsAway = true;
        await EventuallyAsync(() => log.Errors.Any(line => line.Contains("are read again later", StringComparison.Ordinal)));
        records.IsAway = false;

        var range = new IpRange { SubnetId = subnet.Id, Start = IPAddress.Parse("127.78.0.10"), End = IPAddress.Parse("127.78.0.19") };
        (await core.Networks.IpRanges.CreateAsync(range, null, Token)).Should().BeOfType<RecordEdit<IpRange>.Done>();
        await EventuallyAsync(() => networks.Subnets("test")[0].Ranges.Count == 2);
        await server.StopAsync();
    }

    [Fact]
    public async Task What_could_not_be_taken_is_watched_again_after_a_pause()
    {
        var clock = new FakeTimeProvider();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        List<int> taken = [];
        List<string> failures = [];
        var watched = 0;
        var loop = WatchLoop.RunAsync(
            Watch,
            (state, _) =>
            {
                taken.Add(state);
                if (state == 2) throw new StoreUnavailableException("away");
                if (state == 3) stop.Cancel();
                return Task.FromResult(false);
            },
            failure => failures.Add(failure.Message), clock, stop.Token);

        while (!loop.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await loop;
        taken.Should().Equal(1, 2, 3);
        failures.Should().Equal("away");

        IAsyncEnumerable<int> Watch(CancellationToken cancellationToken)
        {
            watched++;
            return Enumerable.Range(watched, 4).ToAsyncEnumerable();
        }
    }

    // The host watches again after 5 s.
    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
    }

    private sealed class InterruptedRecords(IMaasStore store) : IRecordStore
    {
        private volatile bool _isAway;

        public bool IsAway { set => _isAway = value; }

        public Task PrepareAsync(IReadOnlyList<RecordTable> tables, CancellationToken cancellationToken) =>
            store.Records.PrepareAsync(tables, cancellationToken);

        public Task<T?> GetAsync<T>(RecordTable<T> table, long id, CancellationToken cancellationToken)
            where T : StoredRecord => store.Records.GetAsync(table, id, cancellationToken);

        public Task<IReadOnlyList<T>> ListAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
            where T : StoredRecord => store.Records.ListAsync(query, cancellationToken);

        public Task<long> CountAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
            where T : StoredRecord => store.Records.CountAsync(query, cancellationToken);

        public Task<RecordResult> SaveAsync(RecordBatch batch, CancellationToken cancellationToken) =>
            store.Records.SaveAsync(batch, cancellationToken);

        public Task<long> GetEpochAsync(CancellationToken cancellationToken) =>
            _isAway ? throw new StoreUnavailableException("The database is away.") : store.Records.GetEpochAsync(cancellationToken);

        public Task<long> ReserveIdsAsync(RecordTable table, int count, CancellationToken cancellationToken) =>
            store.Records.ReserveIdsAsync(table, count, cancellationToken);
    }
}

using CsCheck;
using Maas.Testing;
using Maas.Testing.Stores.Contract;

namespace Maas.Postgres.Tests;

/// <summary>The store keeps the contract that all stores keep, on a real server.</summary>
public sealed class StoreContractTests
{
    public static TheoryData<string> Cases => [.. StoreContract.Cases];

    public static TheoryData<string> DurabilityCases => [.. StoreContract.DurabilityCases];

    private static Gen<StoreOperation> Operation { get; } =
        from kind in Gen.Int[0, StoreOperation.Kinds - 1]
        from first in Gen.Int[0, StoreOperation.Values - 1]
        from second in Gen.Int[0, StoreOperation.Values - 1]
        select new StoreOperation(kind, first, second);

    [Theory(Timeout = 120_000), MemberData(nameof(Cases)), MemberData(nameof(DurabilityCases))]
    public async Task On_a_server(string name)
    {
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions(8);
        await StoreContract.RunAsync(name, () => new PostgresMaasStore(options), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Any_operations_have_the_same_results_as_on_the_in_memory_store()
    {
        var server = await PostgresServer.GetSharedAsync();
        await Operation.Array[1, 60].SampleAsync(
            async operations =>
            {
                await using var store = new PostgresMaasStore(server.NewOptions(1));
                await store.OpenAsync(StoreOperation.Limits, default);
                await ModelContract.CompareAsync(store, operations, default);
            },
            iter: 20, threads: 1);
    }
}

using CsCheck;
using Maas.Testing;
using Maas.Testing.Stores.Contract;

namespace Maas.Sqlite.Tests;

/// <summary>The store keeps the contract that all stores keep: in a file, in memory, and when it is opened again.</summary>
public sealed class StoreContractTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-contract-").FullName;

    public static TheoryData<string> Cases => [.. StoreContract.Cases];

    public static TheoryData<string> DurabilityCases => [.. StoreContract.DurabilityCases];

    private static Gen<StoreOperation> Operation { get; } =
        from kind in Gen.Int[0, StoreOperation.Kinds - 1]
        from first in Gen.Int[0, StoreOperation.Values - 1]
        from second in Gen.Int[0, StoreOperation.Values - 1]
        select new StoreOperation(kind, first, second);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory(Timeout = 120_000), MemberData(nameof(Cases)), MemberData(nameof(DurabilityCases))]
    public Task In_a_file(string name) => StoreContract.RunAsync(
        name, () => new SqliteMaasStore(Path.Combine(_directory, "maas.db")), TestContext.Current.CancellationToken);

    [Theory(Timeout = 120_000), MemberData(nameof(Cases))]
    public Task In_memory(string name) => StoreContract.RunAsync(
        name, () => new SqliteMaasStore(SqliteStoreOptions.InMemory), TestContext.Current.CancellationToken);

    [Fact]
    public Task Any_operations_have_the_same_results_as_on_the_in_memory_store() => Operation.Array[1, 60].SampleAsync(
        async operations =>
        {
            await using var store = new SqliteMaasStore(SqliteStoreOptions.InMemory);
            await store.OpenAsync(StoreOperation.Limits, default);
            await ModelContract.CompareAsync(store, operations, default);
        },
        iter: 200);
}

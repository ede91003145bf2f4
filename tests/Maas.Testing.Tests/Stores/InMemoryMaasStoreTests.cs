using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Testing.Tests.Stores;

public sealed class InMemoryMaasStoreTests
{
    public static TheoryData<string> Cases => [.. StoreContract.Cases, .. StoreContract.DurabilityCases];

    [Theory(Timeout = 60_000), MemberData(nameof(Cases))]
    public async Task Keeps_the_contract_of_stores(string name)
    {
        // The data live as long as the object, so that the same one is opened again.
        var store = new InMemoryMaasStore();
        await StoreContract.RunAsync(name, () => store, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Serves_an_application()
    {
        await using var core = await MaasCore.OpenAsync(
            new InMemoryMaasStore(), cancellationToken: TestContext.Current.CancellationToken);

        var created = await core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] }, TestContext.Current.CancellationToken);

        created.Should().BeOfType<CreateResult.Created>();
    }

    [Fact]
    public async Task Is_opened_before_it_is_used_and_once()
    {
        var token = TestContext.Current.CancellationToken;
        await using var store = new InMemoryMaasStore();

        await FluentActions.Awaiting(() => store.Settings.GetAsync("a", token)).Should().ThrowAsync<InvalidOperationException>();
        await store.OpenAsync(new StoreLimits(), token);
        await FluentActions.Awaiting(() => store.OpenAsync(new StoreLimits(), token)).Should().ThrowAsync<InvalidOperationException>();
    }
}

using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Tests.Stores;

/// <summary>The suite finds stores that do not keep the contract.</summary>
public sealed class StoreContractTests
{
    [Fact]
    public void Every_case_has_a_name_of_its_own() =>
        StoreContract.Cases.Concat(StoreContract.DurabilityCases).Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(100);

    [Fact]
    public async Task A_case_that_does_not_exist_is_an_error() =>
        await FluentActions.Awaiting(() => StoreContract.RunAsync("Absent", () => new InMemoryMaasStore()))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*Absent*");

    [Theory]
    [InlineData("SettingStoreContract.A_setting_is_set_and_replaced")]
    [InlineData("ConcurrencyContract.A_read_sees_what_was_written_before_it_began")]
    [InlineData("ModelContract.Random_operations_have_the_same_results_as_on_the_in_memory_store")]
    public async Task A_store_that_forgets_settings_fails(string name) =>
        await FluentActions.Awaiting(() => StoreContract.RunAsync(name, () => new ForgetfulStore(), TestContext.Current.CancellationToken))
            .Should().ThrowAsync<StoreContractException>();

    [Fact]
    public async Task A_store_that_begins_empty_again_fails_the_durability_cases() =>
        await FluentActions.Awaiting(() => StoreContract.RunAsync(
            "StoreDurabilityContract.Everything_survives", () => new InMemoryMaasStore(), TestContext.Current.CancellationToken))
            .Should().ThrowAsync<Exception>();

    /// <summary>A store whose settings are lost.</summary>
    private sealed class ForgetfulStore : IMaasStore, ISettingStore
    {
        private readonly InMemoryMaasStore _store = new();

        public IMachineStore Machines => _store.Machines;

        public IPowerQueue PowerQueue => _store.PowerQueue;

        public IScriptResultStore ScriptResults => _store.ScriptResults;

        public IEventStore Events => _store.Events;

        public IAccountStore Accounts => _store.Accounts;

        public ITokenStore Tokens => _store.Tokens;

        public INonceStore Nonces => _store.Nonces;

        public IBootResourceStore BootResources => _store.BootResources;

        public IFileStore Files => _store.Files;

        public ISettingStore Settings => this;

        public IRecordStore Records => _store.Records;

        public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken) => _store.OpenAsync(limits, cancellationToken);

        public ValueTask DisposeAsync() => _store.DisposeAsync();

        public Task<string?> GetAsync(string name, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken) =>
            Task.FromResult(true);

        public Task SetAsync(string name, string json, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken) => Task.FromResult(json);
    }
}

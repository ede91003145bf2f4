using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Maas.Core.Stores;
using Maas.Testing.Stores.Contract;

namespace Maas.Testing;

/// <summary>
/// Tests of the contract of <see cref="IMaasStore"/>. Every store passes all <see cref="Cases"/>; a store that can be closed and opened
/// again also passes <see cref="DurabilityCases"/>. The suite needs no test framework: a parameterized test of any framework runs it.
/// </summary>
/// <example>
/// With xunit:
/// <code>
/// public static TheoryData&lt;string&gt; Cases => [.. StoreContract.Cases];
///
/// [Theory, MemberData(nameof(Cases))]
/// public Task Keeps_the_contract(string name) => StoreContract.RunAsync(name, () => new MyStore());
/// </code>
/// </example>
public static class StoreContract
{
    private static readonly Case[] Table =
    [
        .. Of<MachineStoreContract>(), .. Of<MachineFilterContract>(), .. Of<CandidateContract>(),
        .. Of<MachineEffectContract>(), .. Of<PowerQueueContract>(),
        .. Of<ChangeHistoryContract>(), .. Of<ScriptResultStoreContract>(), .. Of<EventStoreContract>(), .. Of<EventRetentionContract>(),
        .. Of<ObservationContract>(), .. Of<AccountStoreContract>(), .. Of<TokenStoreContract>(), .. Of<NonceStoreContract>(),
        .. Of<BootResourceStoreContract>(), .. Of<FileStoreContract>(), .. Of<SettingStoreContract>(), .. Of<RecordStoreContract>(),
        .. Of<ConcurrencyContract>(),
        .. Of<CancellationContract>(), .. Of<ModelContract>(), .. Of<StoreDurabilityContract>(),
    ];

    /// <summary>Names of the cases for every store, such as <c>MachineStoreContract.Machines_are_listed_by_number</c>.</summary>
    public static IReadOnlyList<string> Cases { get; } = [.. Table.Where(@case => !@case.IsDurability).Select(@case => @case.Name)];

    /// <summary>Names of the cases for stores whose data outlive the store object.</summary>
    public static IReadOnlyList<string> DurabilityCases { get; } =
        [.. Table.Where(@case => @case.IsDurability).Select(@case => @case.Name)];

    /// <summary>Runs a case. Its store is opened, and disposed of at the end.</summary>
    /// <param name="name">One of <see cref="Cases"/> or <see cref="DurabilityCases"/>.</param>
    /// <param name="createStore">
    /// Creates a store that is empty and not open. A case of <see cref="DurabilityCases"/> calls it again after it has disposed of the
    /// store, and expects the same data.
    /// </param>
    /// <param name="cancellationToken">Ends the case.</param>
    /// <exception cref="StoreContractException">The store does not keep the contract.</exception>
    public static async Task RunAsync(string name, Func<IMaasStore> createStore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(createStore);
        var found = Array.Find(Table, @case => @case.Name == name)
            ?? throw new ArgumentException($"There is no case {name}.", nameof(name));
        var cases = found.CreateCases();
        await using (cases.ConfigureAwait(false))
        {
            await cases.OpenAsync(createStore, cancellationToken).ConfigureAwait(false);
            await found.RunAsync(cases).ConfigureAwait(false);
        }
    }

    private static IEnumerable<Case> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>()
        where T : StoreCases, new() =>
        typeof(T).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(method => method.ReturnType == typeof(Task))
            .Select(method => new Case(
                $"{typeof(T).Name}.{method.Name}",
                typeof(T) == typeof(StoreDurabilityContract),
                () => new T(),
                cases => (Task)method.Invoke(cases, BindingFlags.DoNotWrapExceptions, null, null, null)!)); // it returns a task

    private sealed record Case(string Name, bool IsDurability, Func<StoreCases> CreateCases, Func<StoreCases, Task> RunAsync);
}

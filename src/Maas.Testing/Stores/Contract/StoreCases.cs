using System.Globalization;
using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

/// <summary>
/// Cases of the contract: each public method that returns a task is one, on an empty store. The class holds what the cases share.
/// </summary>
internal abstract class StoreCases : IAsyncDisposable
{
    /// <summary>Text that a store must neither change nor interpret.</summary>
    protected static readonly string[] HostileTexts =
    [
        "'; DROP TABLE machines; --", "\"quoted\" `and` [bracketed]", "100%_of\\them", "Straße", "STRASSE", "straße", "İstanbul",
        "\U0001F600", "e\u0301", "\u00E9", "line\nbreak\ttab", " spaces at the ends ", "{\"json\": [1]}", "@parameter :other $1 ?",
        "-- comment", "",
    ];

    private Func<IMaasStore>? _createStore;
    private IMaasStore? _store;

    /// <summary>The time of the cases; stores have no clock of their own.</summary>
    protected static DateTimeOffset Now { get; } = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);

    protected CancellationToken Token { get; private set; }

    protected IMaasStore Store => _store ?? throw new InvalidOperationException("The store is not open.");

    protected IMachineStore Machines => Store.Machines;

    protected virtual StoreLimits Limits { get; } = new();

    public async Task OpenAsync(Func<IMaasStore> createStore, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        _createStore = createStore;
        _store = createStore();
        await _store.OpenAsync(Limits, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the store, and opens another object over the same data.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync().ConfigureAwait(false);
        _store = _createStore!(); // set since the store was opened
        await _store.OpenAsync(Limits, Token).ConfigureAwait(false);
    }

    /// <summary>A machine that differs from those of other numbers in everything that must be unique.</summary>
    protected static Machine NewMachine(int number) => new()
    {
        Id = IdOf(number),
        Hostname = string.Create(CultureInfo.InvariantCulture, $"host-{number}"),
        MacAddresses = [MacOf(number)],
        Status = MachineStatus.New,
        StatusSince = Now,
        Created = Now,
        Updated = Now,
    };

    protected static SystemId IdOf(int number)
    {
        const string Alphabet = "34678abcdefghkmnpqrstwxy";
        Span<char> text = stackalloc char[6];
        for (var place = text.Length - 1; place >= 0; place--, number /= Alphabet.Length) text[place] = Alphabet[number % Alphabet.Length];
        return SystemId.Parse(text);
    }

    protected static MacAddress MacOf(int number) => MacAddress.Parse(string.Create(
        CultureInfo.InvariantCulture, $"52:54:00:{number >> 16 & 0xff:x2}:{number >> 8 & 0xff:x2}:{number & 0xff:x2}"));

    protected static EventNote Note(string description, EventLevel level = EventLevel.Info, string? user = null) =>
        new(level, "Testing", description, user);

    protected static MachineChange Change(Machine machine, params MachineEffect[] effects) =>
        new() { Machine = machine, At = Now, Effects = effects };

    protected static MachineEffect.Power Power(PowerAction action, bool finishes = false, bool repeats = false) =>
        new(action, finishes, repeats);

    protected async Task<Machine> SaveAsync(MachineChange change) =>
        Expect.Saved(await Machines.SaveAsync([change], Token).ConfigureAwait(false));

    protected Task<Machine> SaveAsync(Machine machine) => SaveAsync(Change(machine));

    /// <summary>Creates a machine.</summary>
    protected Task<Machine> CreateAsync(int number, params MachineEffect[] effects) => SaveAsync(Change(NewMachine(number), effects));

    protected Task<bool> DeleteAsync(Machine machine) =>
        Machines.DeleteAsync(new MachineDeletion(machine.Id, machine.Version, Note("deleted", EventLevel.Audit), Now), Token);

    protected async Task<Machine> GetAsync(SystemId id) => Expect.NotNull(await Machines.GetAsync(id, Token).ConfigureAwait(false));
}

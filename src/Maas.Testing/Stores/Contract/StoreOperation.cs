using System.Globalization;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

/// <summary>
/// An operation of a random sequence. Its values are few, so that operations meet the same machines, users and files; its result on two
/// stores that began empty is the same text.
/// </summary>
/// <param name="Kind">Which operation, 0 to <see cref="Kinds"/> - 1.</param>
/// <param name="A">Selects its first subject, 0 to <see cref="Values"/> - 1.</param>
/// <param name="B">Selects its second subject or its variant.</param>
internal readonly partial record struct StoreOperation(int Kind, int A, int B)
{
    public const int Values = 5;

    private static readonly Func<Context, Task<object?>>[] Table =
    [
        CreateMachine, EditMachine, SaveTwo, SaveWithEffects, SaveWithEffects, DeleteMachine, ListMachines, ReadLists, ReadChanges,
        ClaimAndPostpone, ClaimAndComplete, ReadQueue, ReplaceTag, InsertScripts, UpdateScript, ReadScripts,
        WriteEvent, QueryEvents, DeleteOldEvents, Observe, ReadObservations, CreateUser, DeleteUser, AddApiKey, AddSshKey, ReadUser,
        GetOrCreateToken, AddBootToken, Redeem, AddNonce, PurgeNonces, CreateImage, DeleteImage, SetReceived, ReadImages,
        PutFile, DeleteFile, ReadFiles, SetSetting,
    ];

    public static int Kinds => Table.Length;

    /// <summary>Limits under which stores have no latitude: those that a store may exceed are not reached.</summary>
    public static StoreLimits Limits { get; } = new()
    {
        Quotas = new StoreQuotas
        {
            FilesPerUser = 3, FileBytesPerUser = 50, ApiKeysPerUser = 2, SshKeysPerUser = 2, ScriptResultsPerMachine = 4,
            ScriptOutputBytesPerMachine = 40,
        },
    };

    private static DateTimeOffset Start { get; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Runs the operation.</summary>
    /// <param name="store">The store.</param>
    /// <param name="step">Its place in the sequence, which is also its time.</param>
    /// <param name="text">Writes the result.</param>
    /// <param name="token">Ends it.</param>
    public async Task<string> RunAsync(IMaasStore store, int step, ResultText text, CancellationToken token)
    {
        var context = new Context(store, A, B, Start.AddSeconds(step), step, token);
        try
        {
            return text.Text(await Table[Kind % Kinds](context).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is QuotaExceededException or ChangeHistoryExpiredException)
        {
            return failure.GetType().Name;
        }
    }

    public override string ToString() => $"{Table[Kind % Kinds].Method.Name}({A}, {B})";

    private static SystemId Id(int number) => SystemId.Parse($"abcde{"34678"[number]}");

    private static MacAddress Mac(int number) =>
        MacAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:00:{number:x2}"));

    private static string UserName(int number) => ((string[])["alice", "Alice", "straße", "\U0001F600", "\uFF5E"])[number];

    private static string? Owner(int number) => number == 4 ? null : UserName(number);

    private static string TagName(int number) => ((string[])["a", "A", "b", "_", "-"])[number];

    private static byte[] Hash(int step) => BitConverter.GetBytes(step);

    private static Guid Operation(int step) => new(step, 0, 0, new byte[8]);

    private static MachineToken TokenOf(SystemId machine, int step) => new(machine, "consumer", $"token{step}", new Secret("s"));

    private static EventNote Note(string text, int level) =>
        new(((EventLevel[])[EventLevel.Audit, EventLevel.Debug, EventLevel.Info, EventLevel.Warning, EventLevel.Error])[level],
            "Testing", text, level == 2 ? null : UserName(level));

    private sealed record Context(IMaasStore Store, int A, int B, DateTimeOffset At, int Step, CancellationToken Token)
    {
        public Task<Machine?> GetAsync(int number) => Store.Machines.GetAsync(Id(number), Token);

        public async Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync() => [.. (await Store.PowerQueue.ClaimAsync(
            At, TimeSpan.FromSeconds(5 * (B + 1)), B + 1, Token).ConfigureAwait(false)).OrderBy(action => action.Id)];
    }
}

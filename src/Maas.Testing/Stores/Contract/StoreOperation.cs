using System.Globalization;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

/// <summary>
/// An operation of a random sequence. Its values are few, so that operations meet the same machines, users and files; its result on two
/// stores that began empty is the same text.
/// </summary>
/// <param name="Kind">Which operation, 0 to <see cref="Kinds"/> - 1.</param>
/// <param name="A">Selects its first subject, 0 to <see cref="Values"/> - 1.</param>
/// <param name="B">Selects its second subject or its variant.</param>
internal readonly record struct StoreOperation(int Kind, int A, int B)
{
    public const int Values = 5;

    private static readonly Func<Context, Task<object?>>[] Table =
    [
        CreateMachine, EditMachine, SaveTwo, SaveWithEffects, SaveWithEffects, DeleteMachine, ListMachines, ReadLists, ReadChanges,
        ClaimAndPostpone, ClaimAndComplete, ReadQueue, SaveTag, RenameTag, DeleteTag, InsertScripts, UpdateScript, ReadScripts,
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

    private static async Task<object?> CreateMachine(Context on)
    {
        var machine = new Machine
        {
            Id = Id(on.A),
            Hostname = $"host-{on.B}",
            MacAddresses = [Mac(on.A), Mac(on.B + 10)],
            StatusSince = on.At,
            Deadline = on.At.AddSeconds(on.B * 10).AddMilliseconds(on.Step), // no two are equal
            MadeItselfKnown = on.B % 2 == 0,
        };
        var change = new MachineChange
        {
            Machine = machine, At = on.At, Events = [Note("created", on.B)], MostNew = on.B == 4 ? 2 : null,
        };
        return await on.Store.Machines.SaveAsync([change], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> EditMachine(Context on) =>
        await on.GetAsync(on.A).ConfigureAwait(false) is { } machine
            ? await on.Store.Machines.SaveAsync([Edit(machine, on)], on.Token).ConfigureAwait(false) : null;

    private static async Task<object?> SaveTwo(Context on)
    {
        if (on.A == on.B || await on.GetAsync(on.A).ConfigureAwait(false) is not { } first
            || await on.GetAsync(on.B).ConfigureAwait(false) is not { } second) return null;
        var stale = on.B == 3 ? second with { Version = second.Version + 1 } : second;
        return await on.Store.Machines.SaveAsync([Edit(first, on), Edit(stale, on)], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> SaveWithEffects(Context on)
    {
        if (await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        MachineEffect[] effects = ((on.B + on.Step) % 11) switch
        {
            0 => [new MachineEffect.Power(PowerAction.TurnOn)],
            1 => [new MachineEffect.Power(PowerAction.TurnOff), new MachineEffect.Power(PowerAction.TurnOn)],
            2 => [new MachineEffect.Power(PowerAction.Query)],
            3 => [new MachineEffect.Power(PowerAction.ShutDown, Finishes: true)],
            4 => [new MachineEffect.Power(PowerAction.TurnOn, Repeats: true)],
            5 => [new MachineEffect.CancelPower()],
            6 => [new MachineEffect.KeepUserData(new byte[] { (byte)on.Step })],
            7 => [new MachineEffect.ForgetUserData(), new MachineEffect.RevokeBootTokens()],
            8 => [new MachineEffect.RevokeCredentials()],
            9 => [new MachineEffect.CloseScripts(ScriptStatus.Aborted)],
            _ => [new MachineEffect.CancelPower(), new MachineEffect.Power(PowerAction.Query), new MachineEffect.Power(PowerAction.TurnOn)],
        };
        var result = await on.Store.Machines.SaveAsync([Edit(machine, on) with { Effects = effects }], on.Token).ConfigureAwait(false);
        return new[] { result, (object?)await on.Store.Machines.GetUserDataAsync(machine.Id, on.Token).ConfigureAwait(false) };
    }

    private static async Task<object?> DeleteMachine(Context on)
    {
        if (on.B < 3 || await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        var version = on.B == 3 ? machine.Version : machine.Version + on.Step % 2;
        return await on.Store.Machines.DeleteAsync(
            new MachineDeletion(machine.Id, version, Note("deleted", 0), on.At), on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ListMachines(Context on)
    {
        MachineFilter filter = on.B switch
        {
            0 => new MachineFilter { Limit = on.A + 1 },
            1 => new MachineFilter { Tags = [TagName(on.A)] },
            2 => new MachineFilter { Owners = [UserName(on.A)], Statuses = [MachineStatus.New, MachineStatus.Ready] },
            3 => new MachineFilter { Hostnames = [$"HOST-{on.A}.maas"] },
            _ => new MachineFilter { MacAddresses = [Mac(on.A), Mac(on.A + 10)] },
        };
        return await on.Store.Machines.ListAsync(filter, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ReadLists(Context on) => new object?[]
    {
        await on.Store.Machines.FindByMacAsync(Mac(on.A), on.Token).ConfigureAwait(false),
        await on.Store.Machines.ListOverdueAsync(on.At, on.Token).ConfigureAwait(false),
        (await on.Store.Machines.ListSilentAsync(on.At.AddSeconds(-10 * on.B), on.Token).ConfigureAwait(false))
            .Select(id => id.ToString()).Order(StringComparer.Ordinal),
        await on.Store.Machines.ListTagsAsync(on.Token).ConfigureAwait(false),
        (await on.Store.Machines.CountAsync(on.Token).ConfigureAwait(false)).OrderBy(count => count.Key),
        await on.Store.Settings.GetAsync($"setting{on.A}", on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> ReadChanges(Context on)
    {
        var all = await on.Store.Machines.ReadChangesAsync(0, 100_000, on.Token).ConfigureAwait(false);
        var after = all.Count > on.A * 3 ? all[^((on.A * 3) + 1)].Number : 0;
        if (on.A == 4) after = await on.Store.Machines.GetLastChangeAsync(on.Token).ConfigureAwait(false) + on.B;
        return await on.Store.Machines.ReadChangesAsync(after, on.B + 1, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ClaimAndPostpone(Context on)
    {
        var claimed = await on.ClaimAsync().ConfigureAwait(false);
        foreach (var action in claimed.Where(_ => on.A > 1))
            await on.Store.PowerQueue.PostponeAsync(action, on.At.AddSeconds(on.A), $"failure {on.Step}", on.Token).ConfigureAwait(false);
        return claimed;
    }

    private static async Task<object?> ClaimAndComplete(Context on)
    {
        var results = new List<object?>();
        foreach (var action in await on.ClaimAsync().ConfigureAwait(false))
        {
            if (on.A == 0) await on.Store.PowerQueue.DropAsync(action, on.Token).ConfigureAwait(false);
            if (await on.Store.Machines.GetAsync(action.MachineId, on.Token).ConfigureAwait(false) is not { } machine) continue;
            if (on.A == 1)
            {
                var cancel = Edit(machine, on) with { Effects = [new MachineEffect.CancelPower()] };
                results.Add(await on.Store.Machines.SaveAsync([cancel], on.Token).ConfigureAwait(false));
            }

            var change = Edit(machine, on) with { CompletedPowerAction = action.Id };
            results.Add(await on.Store.Machines.SaveAsync([change], on.Token).ConfigureAwait(false));
        }

        return results;
    }

    private static async Task<object?> ReadQueue(Context on) => new object?[]
    {
        await on.Store.PowerQueue.NextDueAsync(on.Token).ConfigureAwait(false),
        await on.Store.PowerQueue.CountAsync(on.Token).ConfigureAwait(false),
        await on.Store.PowerQueue.GetFailureAsync(Id(on.A), on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> SaveTag(Context on)
    {
        await on.Store.Machines.SaveTagAsync(new Tag(TagName(on.A), $"comment {on.B}"), on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> RenameTag(Context on) => await on.Store.Machines.RenameTagAsync(
        TagName(on.A), new Tag(TagName(on.B), "renamed"), on.At, on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteTag(Context on) =>
        await on.Store.Machines.DeleteTagAsync(TagName(on.A), on.Token).ConfigureAwait(false);

    private static async Task<object?> InsertScripts(Context on)
    {
        if (await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        var script = new ScriptResult
        {
            MachineId = machine.Id, OperationId = Operation(on.Step), Kind = (ScriptKind)(on.B % 2), Name = $"script{on.B}",
        };
        return await on.Store.Machines.SaveAsync(
            [Edit(machine, on) with { Scripts = [script, script with { Name = "second" }] }], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> UpdateScript(Context on)
    {
        var results = await on.Store.ScriptResults.ListAsync(Id(on.A), on.Token).ConfigureAwait(false);
        if (results.Count <= on.B) return null;
        var updated = results[on.B] with { Status = (ScriptStatus)(on.Step % 5), ExitStatus = on.B, Started = on.At };
        var output = on.B == 0 ? null : new ScriptOutput(new byte[on.B * 8], new byte[] { (byte)on.Step }, default);
        return await on.Store.ScriptResults.UpdateAsync(updated, output, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ReadScripts(Context on)
    {
        var results = await on.Store.ScriptResults.ListAsync(Id(on.A), on.Token).ConfigureAwait(false);
        var outputs = new List<object?>();
        foreach (var result in results)
            outputs.Add(await on.Store.ScriptResults.GetOutputAsync(result.Id, on.Token).ConfigureAwait(false));
        return new object[]
        {
            results, outputs, await on.Store.ScriptResults.ListCurrentAsync([Id(on.A), Id(on.B)], on.Token).ConfigureAwait(false),
        };
    }

    private static async Task<object?> WriteEvent(Context on) => await on.Store.Events.WriteAsync(
        on.At, on.B == 4 ? null : Id(on.A), Note($"event {on.Step}", on.B), on.Token).ConfigureAwait(false);

    private static async Task<object?> QueryEvents(Context on)
    {
        var newest = await on.Store.Events.QueryAsync(new EventQuery(), on.Token).ConfigureAwait(false);
        var id = newest.Count > on.A ? newest[on.A].Id : 0;
        EventQuery query = on.B switch
        {
            0 => new EventQuery { Level = EventLevel.Audit },
            1 => new EventQuery { MachineIds = [Id(on.A)], Limit = 3 },
            2 => new EventQuery { VisibleTo = UserName(on.A), Level = EventLevel.Debug },
            3 => new EventQuery { Usernames = [UserName(on.A)], Before = id },
            _ => new EventQuery { Hostnames = [$"host-{on.A}"], After = id, Limit = 2 },
        };
        return await on.Store.Events.QueryAsync(query, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> DeleteOldEvents(Context on) => await on.Store.Events.DeleteOfDeletedMachinesAsync(
        on.A, on.B < 2 ? on.At.AddSeconds(-20) : null, on.Token).ConfigureAwait(false);

    private static async Task<object?> Observe(Context on)
    {
        var kind = on.B % 2 == 0 ? "dhcp" : Observation.Syslog;
        await on.Store.Events.ObserveAsync(new Observation(on.At, Mac(on.A), kind, $"text {on.Step}"), 3, 10_000, on.Token)
            .ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> ReadObservations(Context on) =>
        await on.Store.Events.ObservationsAsync([Mac(on.A), Mac(on.B)], 4, on.Token).ConfigureAwait(false);

    private static async Task<object?> CreateUser(Context on) =>
        await on.Store.Accounts.CreateUserAsync(UserName(on.A), "", on.B == 0, $"hash {on.Step}", on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteUser(Context on) =>
        on.B == 0 ? await on.Store.Accounts.DeleteUserAsync(UserName(on.A), on.Token).ConfigureAwait(false) : null;

    private static async Task<object?> AddApiKey(Context on)
    {
        if (await on.Store.Accounts.FindUserAsync(UserName(on.A), on.Token).ConfigureAwait(false) is not var (user, _)) return null;
        var keys = await on.Store.Accounts.ListApiKeysAsync(user, on.Token).ConfigureAwait(false);
        if (on.B == 0 && keys is [var key, ..])
            return await on.Store.Accounts.DeleteApiKeyAsync(user, key.TokenKey, on.Token).ConfigureAwait(false);
        await on.Store.Accounts.CreateApiKeyAsync(
            new ApiKey(user, "name", "consumer", $"token{on.Step}", new Secret("s")), on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> AddSshKey(Context on) =>
        await on.Store.Accounts.AddSshKeyAsync(UserName(on.A), $"ssh-rsa {on.B}", null, on.Token).ConfigureAwait(false);

    private static async Task<object?> ReadUser(Context on)
    {
        var found = await on.Store.Accounts.FindUserAsync(UserName(on.A), on.Token).ConfigureAwait(false);
        return new object?[]
        {
            found?.PasswordHash,
            found is var (user, _) ? await on.Store.Accounts.ListApiKeysAsync(user, on.Token).ConfigureAwait(false) : null,
            await on.Store.Accounts.ListUsersAsync(on.Token).ConfigureAwait(false),
            await on.Store.Accounts.ListSshKeysAsync(UserName(on.A), on.Token).ConfigureAwait(false),
        };
    }

    private static async Task<object?> GetOrCreateToken(Context on) =>
        await on.Store.Tokens.GetOrCreateAsync(TokenOf(Id(on.A), on.Step), on.Token).ConfigureAwait(false);

    private static async Task<object?> AddBootToken(Context on)
    {
        var address = on.B == 0 ? null : "192.0.2.7";
        var token = new StoredBootToken(Id(on.A), address, on.At, null);
        return await on.Store.Tokens.AddBootTokenAsync(Hash(on.Step), token, 2, on.At.AddSeconds(-40), on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> Redeem(Context on)
    {
        string? seen = null;
        var redemption = new BootTokenRedemption(
            Hash(on.Step - 1 - on.B), "192.0.2.1", on.At,
            token =>
            {
                seen = ResultText.Of(token);
                return on.A == 0 ? "refused" : null;
            },
            id => TokenOf(id, on.Step));
        var result = await on.Store.Tokens.RedeemAsync(redemption, on.Token).ConfigureAwait(false);
        return new object?[] { seen, result is BootTokenResult.Refused && on.A != 0 ? "refused" : result };
    }

    private static async Task<object?> AddNonce(Context on) =>
        await on.Store.Nonces.AddAsync("c", $"token{on.A % 2}", $"{on.B}", on.At, on.Token).ConfigureAwait(false);

    private static async Task<object?> PurgeNonces(Context on)
    {
        await on.Store.Nonces.PurgeAsync(on.At.AddSeconds(-30), 4, 3, on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> CreateImage(Context on) => await on.Store.BootResources.CreateAsync(
        new NewBootResource { Name = $"custom/{on.A}", Architecture = "amd64/generic", Sha256 = $"hash{on.B}", Size = on.A == 4 ? 11 : 10 },
        on.At.AddHours(on.Step), on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteImage(Context on)
    {
        var images = await on.Store.BootResources.ListAsync(on.Token).ConfigureAwait(false);
        if (on.B > 1 || images.Count <= on.A) return null;
        var unused = await on.Store.BootResources.DeleteAsync(images[on.A].Id, on.Token).ConfigureAwait(false);
        return unused?.OrderBy(content => content.Sha256, StringComparer.Ordinal);
    }

    private static async Task<object?> SetReceived(Context on)
    {
        await on.Store.BootResources.SetReceivedAsync($"hash{on.A}", on.B, on.B == 4, on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> ReadImages(Context on) => await on.Store.BootResources.ListAsync(on.Token).ConfigureAwait(false);

    private static async Task<object?> PutFile(Context on) => await on.Store.Files.PutAsync(
        new StoredFile(Owner(on.A), $"{on.B % 2}/{on.B}", $"key{on.Step}", new byte[on.B * 8]), on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteFile(Context on) =>
        await on.Store.Files.DeleteAsync(Owner(on.A), $"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false);

    private static async Task<object?> ReadFiles(Context on) => new object?[]
    {
        await on.Store.Files.ListAsync(Owner(on.A), $"{on.B % 2}/", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindAsync(Owner(on.A), $"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindAnyAsync($"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindByKeyAsync($"key{on.Step - on.A}", on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> SetSetting(Context on)
    {
        await on.Store.Settings.SetAsync($"setting{on.A}", on.B.ToString(CultureInfo.InvariantCulture), on.Token).ConfigureAwait(false);
        return null;
    }

    private static MachineChange Edit(Machine machine, Context on) => new()
    {
        At = on.At,
        Events = on.B == 1 ? [Note($"edited {on.Step}", on.A)] : [],
        Machine = machine with
        {
            Status = on.B == 2 ? MachineStatus.Ready : machine.Status,
            Owner = on.B switch { 3 => UserName(on.A), 4 => null, _ => machine.Owner },
            Tags = on.B == 0 ? [TagName(on.A)] : machine.Tags,
            Hostname = on.B == 4 ? $"host-{on.Step % Values}" : machine.Hostname,
            OperationId = on.A == 0 ? Operation(on.Step) : machine.OperationId,
            CheckedIn = on.A != 1 && machine.CheckedIn,
        },
    };

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

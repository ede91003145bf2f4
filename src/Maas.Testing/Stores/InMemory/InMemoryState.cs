using System.Collections.Immutable;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Everything that the store keeps, as one immutable value.</summary>
internal sealed record InMemoryState
{
    public ImmutableDictionary<SystemId, Machine> Machines { get; init; } = ImmutableDictionary<SystemId, Machine>.Empty;

    /// <summary>The highest number that a machine got.</summary>
    public long LastMachineNumber { get; init; }

    public ImmutableDictionary<MacAddress, SystemId> MachineOfAddress { get; init; } = ImmutableDictionary<MacAddress, SystemId>.Empty;

    public ImmutableDictionary<string, SystemId> MachineOfHostname { get; init; } = ImmutableDictionary<string, SystemId>.Empty;

    public ImmutableDictionary<SystemId, byte[]> UserData { get; init; } = ImmutableDictionary<SystemId, byte[]>.Empty;

    public Table<MachineChanged> Changes { get; init; } = new();

    public Table<StoredPowerAction> PowerActions { get; init; } = new();

    public Table<StoredScriptResult> ScriptResults { get; init; } = new();

    /// <summary>By machine number, how often a result of its scripts has changed.</summary>
    public ImmutableDictionary<long, long> ResultRevisions { get; init; } = ImmutableDictionary<long, long>.Empty;

    public EventJournal Events { get; init; } = new();

    public ObservationJournal Observations { get; init; } = new();

    public Table<StoredUser> Users { get; init; } = new();

    public Table<StoredApiKey> ApiKeys { get; init; } = new();

    public Table<SshKey> SshKeys { get; init; } = new();

    public ImmutableDictionary<SystemId, MachineToken> MachineTokens { get; init; } = ImmutableDictionary<SystemId, MachineToken>.Empty;

    /// <summary>Boot tokens by their hash, in hexadecimal digits.</summary>
    public ImmutableDictionary<string, StoredBootToken> BootTokens { get; init; } = ImmutableDictionary<string, StoredBootToken>.Empty;

    public ImmutableDictionary<Nonce, DateTimeOffset> Nonces { get; init; } = ImmutableDictionary<Nonce, DateTimeOffset>.Empty;

    public Table<BootResource> BootResources { get; init; } = new();

    /// <summary>The highest id that a file of a boot resource got.</summary>
    public long LastBootResourceFile { get; init; }

    public ImmutableDictionary<string, StoredContent> Contents { get; init; } = ImmutableDictionary<string, StoredContent>.Empty;

    public Table<StoredFile> Files { get; init; } = new();

    public RecordTables Records { get; init; } = new();

    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>A power action in the queue.</summary>
internal sealed record StoredPowerAction(SystemId MachineId, MachineEffect.Power Effect, DateTimeOffset Due)
{
    public int Attempts { get; init; }

    public DateTimeOffset ClaimedUntil { get; init; } = DateTimeOffset.MinValue;

    public long Claim { get; init; }

    public bool IsWithdrawn { get; init; }

    public string? Failure { get; init; }
}

/// <summary>The result of a script with what the script printed.</summary>
internal sealed record StoredScriptResult(ScriptResult Result, ScriptOutput? Output)
{
    public long OutputBytes =>
        Output is null ? 0
            : (long)Output.Combined.Length + Output.StandardOutput.Length + Output.StandardError.Length + Output.Report.Length;
}

internal sealed record StoredUser(User User, string PasswordHash);

internal sealed record StoredApiKey(long UserId, string Name, string ConsumerKey, string TokenKey, Secret TokenSecret);

/// <summary>How much of an image's content was received.</summary>
internal sealed record StoredContent(long Size, long Received, bool IsComplete);

internal sealed record Nonce(string ConsumerKey, string TokenKey, string Value);

namespace Maas.Client.Accounts;

/// <summary>A public SSH key of the user.</summary>
public sealed record MaasSshKey
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The key, as in authorized_keys.</summary>
    public string Key { get => field ?? ""; init; }

    /// <summary>Where it was imported from, such as gh:name; null for nowhere.</summary>
    public string? Keysource { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

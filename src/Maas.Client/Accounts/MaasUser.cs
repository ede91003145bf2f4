namespace Maas.Client.Accounts;

/// <summary>A user.</summary>
public sealed record MaasUser
{
    /// <summary>The name, which identifies the user.</summary>
    public string Username { get => field ?? ""; init; }

    /// <summary>The address.</summary>
    public string Email { get => field ?? ""; init; }

    /// <summary>Whether the user is an administrator.</summary>
    public bool IsSuperuser { get; init; }

    /// <summary>Whether the server keeps the password.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

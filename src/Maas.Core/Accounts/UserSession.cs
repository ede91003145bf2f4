using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>A sign-in of a user's, as a browser has one. The token that proves it is not stored.</summary>
public sealed record UserSession : StoredRecord
{
    /// <summary>Id of the user.</summary>
    public long UserId { get; init; }

    /// <summary>Name of the user.</summary>
    public required string UserName { get; init; }

    /// <summary>When the user signed in.</summary>
    public DateTimeOffset Begun { get; init; }

    /// <summary>When it was used last, to five minutes.</summary>
    public DateTimeOffset LastUsed { get; init; }

    /// <summary>The address that the user signed in from; empty when not known.</summary>
    public string From { get; init; } = "";

    /// <summary>What the browser calls itself, at most 200 characters; empty when it says nothing.</summary>
    public string Client { get; init; } = "";

    /// <summary>SHA-256 of the token.</summary>
    [JsonInclude]
    internal string TokenHash { get; init; } = "";

    /// <summary>Depends on the password that the user had: another password ends the session.</summary>
    [JsonInclude]
    internal string PasswordStamp { get; init; } = "";
}

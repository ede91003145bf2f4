using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>A user's X.509 certificate, which the machines that the user deploys receive.</summary>
public sealed record SslKey : StoredRecord
{
    /// <summary>The id of the user.</summary>
    public long UserId { get; init; }

    /// <summary>The certificate in PEM; unique for each user.</summary>
    public required string Key { get; init; }
}

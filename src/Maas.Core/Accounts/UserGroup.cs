using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>A group of users, who have the group's entitlements.</summary>
public sealed record UserGroup : StoredRecord
{
    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>What its members may do beyond what every user may: names of <see cref="UserGroups.KnownEntitlements"/>.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];
}

/// <summary>That a user is in a group.</summary>
internal sealed record UserGroupMember : StoredRecord
{
    public long GroupId { get; init; }

    public long UserId { get; init; }
}

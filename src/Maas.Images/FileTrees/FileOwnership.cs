namespace Maas.Images.FileTrees;

/// <summary>Owner, mode and time to give a file; what is <see langword="null"/> is left to the default or left as it was.</summary>
public sealed record FileOwnership
{
    /// <summary>The permission bits.</summary>
    public UnixFileMode? Mode { get; init; }

    /// <summary>The owner's number.</summary>
    public uint? UserId { get; init; }

    /// <summary>The group's number.</summary>
    public uint? GroupId { get; init; }

    /// <summary>When the content was last changed.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }
}

namespace Maas.Images.FileTrees;

/// <summary>
/// One name in a tree and everything known about it without reading its content. An entry belongs to the tree
/// that made it and is only meaningful to that tree.
/// </summary>
public sealed record FileEntry
{
    /// <summary>The path from the root, names separated by <c>/</c>, without a leading one; empty for the root itself.</summary>
    /// <remarks>
    /// Names are UTF-8 on disk. A byte that is not valid UTF-8 appears as the lone surrogate U+DC00 + byte, so that every
    /// name survives being read and written again.
    /// </remarks>
    public required string Path { get; init; }

    /// <summary>
    /// The last name of <see cref="Path"/>; empty for the root. Never <c>.</c> or <c>..</c>, never holds <c>/</c> or NUL.
    /// </summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What it is.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>Bytes of content of a <see cref="FileKind.File"/>; 0 for everything else.</summary>
    public long Length { get; init; }

    /// <summary>The permission bits, with set-user-id, set-group-id and sticky. Formats without permissions give 0755 and 0644.</summary>
    public UnixFileMode Mode { get; init; }

    /// <summary>The owner's number; 0 where the format has none.</summary>
    public uint UserId { get; init; }

    /// <summary>The group's number; 0 where the format has none.</summary>
    public uint GroupId { get; init; }

    /// <summary>When the content was last changed. Formats that store local time are read as UTC.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Where a <see cref="FileKind.SymbolicLink"/> points, as written; otherwise <see langword="null"/>.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Which device a device node stands for; otherwise <see langword="null"/>.</summary>
    public DeviceNumber? Device { get; init; }

    /// <summary>
    /// The file's number in its file system. Two entries with the same number are hard links to one file. 0 where the format has none.
    /// </summary>
    public long FileNumber { get; init; }

    /// <summary>How many names the file has, as the format says; 1 where it does not say.</summary>
    public int LinkCount { get; init; } = 1;

    /// <summary>Where the tree that made this entry finds it again.</summary>
    internal object? Place { get; init; }

    /// <summary>The kind and the path: what a listing shows first.</summary>
    public override string ToString() => $"{Kind} {(Path.Length == 0 ? "/" : Path)}";

    /// <summary>The path of <paramref name="name"/> in this directory.</summary>
    internal string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";
}

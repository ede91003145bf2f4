namespace Maas.Images.Debian;

/// <summary>One suite of an archive, as one line of apt's sources names it.</summary>
public sealed record DebianSource
{
    /// <summary>The archive's address, the folder that holds <c>dists/</c>: <c>http</c>, <c>https</c> or <c>file</c>.</summary>
    public required Uri Mirror { get; init; }

    /// <summary>
    /// Suite or codename: <c>bookworm</c>, <c>stable</c>, <c>bookworm-security</c>. The Release file must claim to be this.
    /// </summary>
    public required string Suite { get; init; }

    /// <summary>The archive's parts to look in. Default: <c>main</c>.</summary>
    public IReadOnlyList<string> Components { get; init; } = ["main"];

    /// <summary>
    /// OpenPGP keyring (binary or armored) whose keys may sign this suite; <see langword="null"/> for
    /// <see cref="DebianArchiveOptions.Keyring"/>.
    /// </summary>
    public string? Keyring { get; init; }
}

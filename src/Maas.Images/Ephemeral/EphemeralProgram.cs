namespace Maas.Images.Ephemeral;

/// <summary>A program for the ephemeral environment, taken from a Debian package.</summary>
/// <param name="Package">The package, as <c>zstd</c>.</param>
/// <param name="Path">The file in the package, as <c>usr/bin/zstd</c>; found as well where the package has it in <c>/</c> instead of
/// <c>/usr</c>.</param>
public sealed record EphemeralProgram(string Package, string Path)
{
    /// <summary>
    /// What the agent calls and busybox does not have or does less well: dd (exact counts), tee (in more than 1 KiB at a time), zstd,
    /// sfdisk (partition growth), e2fsck and resize2fs.
    /// </summary>
    public static IReadOnlyList<EphemeralProgram> Defaults { get; } =
    [
        new("coreutils", "usr/bin/dd"),
        new("coreutils", "usr/bin/tee"),
        new("e2fsprogs", "usr/sbin/e2fsck"),
        new("e2fsprogs", "usr/sbin/resize2fs"),
        new("fdisk", "usr/sbin/sfdisk"),
        new("zstd", "usr/bin/zstd"),
    ];
}

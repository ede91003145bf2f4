namespace Maas.Core.Storage;

/// <summary>
/// What the storage rules need to know about how the node boots: some platforms reserve a partition for their boot loader.
/// </summary>
/// <param name="Architecture">The Debian name of the processor architecture (<c>amd64</c>, <c>arm64</c>, <c>ppc64el</c>).</param>
/// <param name="IsUefi">Whether the firmware is UEFI.</param>
public sealed record BootPlatform(string Architecture, bool IsUefi)
{
    internal bool NeedsBiosGrub => Architecture == "amd64" && !IsUefi;

    internal bool NeedsPrep => Architecture == "ppc64el";

    internal bool NeedsEfi => IsUefi && !NeedsPrep;

    /// <summary>U-Boot reads the kernel from a file system of its own.</summary>
    internal bool NeedsSeparateBoot => Architecture == "arm64" && !IsUefi;
}

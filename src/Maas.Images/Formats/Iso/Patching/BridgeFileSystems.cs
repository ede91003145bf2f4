using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>File systems that an ISO may have beside ISO 9660, over the same files, and that a patch does not reach.</summary>
internal static class BridgeFileSystems
{
    /// <summary>The name of one that is there; <see langword="null"/> if there is none.</summary>
    public static string? NameOf(RandomAccessSource iso) =>
        VolumeSignatures.IsUdf(iso) ? "UDF" : HasHfs(iso, 0) || HybridTables.Starts(iso).Any(start => start != 0 && HasHfs(iso, start))
            ? "HFS" : null;

    /// <summary>
    /// A master directory block of HFS or a volume header of HFS+, 1 KiB behind the start (isohybrid's entry of type Apple_HFS is a FAT).
    /// </summary>
    private static bool HasHfs(RandomAccessSource iso, long start) =>
        ContentSignature.Has(iso, start + 1024, [(byte)'H', (byte)'+', 0, 4])
            || ContentSignature.Has(iso, start + 1024, [(byte)'H', (byte)'X', 0, 5]) || HasClassicHfs(iso, start);

    private static bool HasClassicHfs(RandomAccessSource iso, long start)
    {
        var block = ContentSignature.Head(iso, start + 1024, 40);
        return block.Length == 40 && block.StartsWith("BD"u8) && block.U16Big(18) != 0 && block.U32Big(20) is var size && size != 0
            && size % 512 == 0 && block[36] is >= 1 and <= 27;
    }
}

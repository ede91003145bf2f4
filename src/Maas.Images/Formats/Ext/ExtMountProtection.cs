using Maas.Images.ByteSources;
using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Multiple mount protection (Linux' Documentation/filesystems/ext4, "Multiple Mount Protection"): a block in which the machine that has
/// mounted the file system, or checks it, counts up every few seconds.
/// <code>0 4D4D50  4 sequence  8 time:64  16 node name:64  80 device name:32  112 check interval:16</code>
/// </summary>
internal static class ExtMountProtection
{
    private const string Structure = "ext multiple mount protection block";
    private const uint Magic = 0x004D4D50;
    private const uint Clean = 0xFF4D4D50;
    private const uint Checked = 0xE24D4D50;

    /// <summary>Refuses a file system that is in use, here or on another machine; one without this protection is taken as free.</summary>
    /// <exception cref="IOException">It is in use.</exception>
    public static void RequireUnused(RandomAccessSource volume, ExtSuperblock super)
    {
        if (!super.Has(ExtIncompat.MultipleMountProtection)) return;
        var number = (long)((ReadOnlySpan<byte>)super.Raw).U64(Field.MountProtectionBlock);
        if (number <= super.FirstDataBlock || number >= super.BlockCount)
            throw new InvalidImageException(Structure, $"block {number} is not in the file system", ExtSuperblock.Offset + 360);
        ReadOnlySpan<byte> block = volume.Read(super.OffsetOfBlock(number), super.BlockSize, Structure);
        if (block.U32(0) != Magic) throw new InvalidImageException(Structure, "its magic number is missing", super.OffsetOfBlock(number));
        if (block.U32(4) == Clean) return;
        var what = block.U32(4) == Checked ? "checked by e2fsck" : "mounted";
        var (node, device) = (TextOf(block.Slice(16, 64)), TextOf(block.Slice(80, 32)));
        throw new IOException(
            $"The file system is {what} on {(node.Length == 0 ? "another machine" : node)}{(device.Length == 0 ? "" : $" as {device}")} "
            + "(multiple mount protection). Unmount it there; if that machine is gone, run tune2fs -f -E clear_mmp. Nothing was changed.");
    }

    private static string TextOf(ReadOnlySpan<byte> text) =>
        FileName.Printable(FileName.Decode(text[..(text.IndexOf((byte)0) is >= 0 and var end ? end : text.Length)]));
}

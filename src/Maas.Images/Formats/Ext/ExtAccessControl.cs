using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// POSIX access lists: ext keeps them shorter (version 1: entries of 4 or 8 bytes) than the form everyone else sees
/// as <c>system.posix_acl_access</c> (version 2: entries of tag, permissions, id in 8 bytes).
/// </summary>
internal static class ExtAccessControl
{
    private const uint NoId = uint.MaxValue;

    public static byte[]? ToKernelForm(ReadOnlySpan<byte> disk)
    {
        if (disk.Length < 4 || disk.U32(0) != 1) return null;
        var list = new List<byte> { 2, 0, 0, 0 };
        Span<byte> entry = stackalloc byte[8];
        for (var rest = disk[4..]; !rest.IsEmpty;)
        {
            if (rest.Length < 4) return null;
            var size = HasId(rest.U16(0)) ? 8 : 4;
            if (rest.Length < size) return null;
            rest[..4].CopyTo(entry);
            entry.U32(4, size == 8 ? rest.U32(4) : NoId);
            list.AddRange(entry);
            rest = rest[size..];
        }

        return [.. list];
    }

    public static byte[]? ToDiskForm(ReadOnlySpan<byte> kernel)
    {
        if (kernel.Length < 4 || kernel.U32(0) != 2 || kernel.Length % 8 != 4) return null;
        var list = new List<byte> { 1, 0, 0, 0 };
        for (var rest = kernel[4..]; !rest.IsEmpty; rest = rest[8..]) list.AddRange(rest[..(HasId(rest.U16(0)) ? 8 : 4)]);
        return [.. list];
    }

    private static bool HasId(ushort tag) => tag is 0x02 or 0x08; // a named user, a named group
}

using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>An extended attribute as it is kept: the number of its prefix, the rest of its name, its value in disk form.</summary>
internal sealed record ExtAttributeEntry(byte Index, byte[] Name, byte[] Value)
{
    private const int HeadSize = 16;

    public int EntrySize => (HeadSize + Name.Length + 3) & ~3;

    public int ValueSize => (Value.Length + 3) & ~3;

    public int Size => EntrySize + ValueSize;

    /// <summary>The hash that the kernel and e2fsck compare.</summary>
    public uint Hash
    {
        get
        {
            var hash = 0u;
            foreach (var letter in Name) hash = (hash << 5) ^ (hash >> 27) ^ letter;
            var padded = new byte[ValueSize];
            Value.CopyTo(padded, 0);
            for (var at = 0; at < padded.Length; at += 4) hash = (hash << 16) ^ (hash >> 16) ^ ((ReadOnlySpan<byte>)padded).U32(at);
            return hash;
        }
    }

    public void Write(Span<byte> entry, int valueOffset)
    {
        entry[0] = (byte)Name.Length;
        entry[1] = Index;
        entry.U16(2, (ushort)(Value.Length == 0 ? 0 : valueOffset));
        entry.U32(4, 0);
        entry.U32(8, (uint)Value.Length);
        entry.U32(12, Hash);
        Name.CopyTo(entry[HeadSize..]);
    }

    /// <summary>The order that blocks keep: by prefix, length of the name, name.</summary>
    public static int Compare(ExtAttributeEntry one, ExtAttributeEntry other) =>
        one.Index != other.Index ? one.Index.CompareTo(other.Index)
        : one.Name.Length != other.Name.Length ? one.Name.Length.CompareTo(other.Name.Length)
        : one.Name.AsSpan().SequenceCompareTo(other.Name);
}

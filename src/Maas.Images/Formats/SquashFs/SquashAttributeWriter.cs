using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// The extended attributes' table (layout: see <see cref="SquashAttributes"/>); files with the same ones share an entry.
/// </summary>
internal sealed class SquashAttributeWriter(SquashPacker packer) : IDisposable
{
    private static readonly string[] Prefixes = ["user.", "trusted.", "security."];

    private readonly SquashMetadataWriter _pairs = new(packer);
    private readonly Dictionary<string, uint> _known = new(StringComparer.Ordinal);
    private readonly MemoryStream _entries = new();

    public bool IsEmpty => _known.Count == 0;

    /// <summary>The index of the set; those of no namespace that a squashfs knows are left out.</summary>
    public uint Add(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> attributes)
    {
        using var pairs = new MemoryStream();
        var count = 0u;
        Span<byte> head = stackalloc byte[8];
        foreach (var (name, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            var kind = Array.FindIndex(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
            if (kind < 0) continue;
            var rest = FileName.Encode(name[Prefixes[kind].Length..]);
            head.U16(0, (ushort)kind);
            head.U16(2, (ushort)rest.Length);
            head.U32(4, (uint)value.Length);
            pairs.Write(head[..4]);
            pairs.Write(rest);
            pairs.Write(head[4..]);
            pairs.Write(value.Span);
            count++;
        }

        if (count == 0) return SquashInode.NoAttributes;
        var key = Convert.ToBase64String(pairs.GetBuffer(), 0, (int)pairs.Length);
        if (_known.TryGetValue(key, out var index)) return index;
        Span<byte> entry = stackalloc byte[16];
        entry.U64(0, _pairs.Reference);
        entry.U32(8, count);
        entry.U32(12, (uint)pairs.Length);
        _entries.Write(entry);
        _pairs.Write(pairs.GetBuffer().AsSpan(0, (int)pairs.Length));
        _known.Add(key, (uint)_known.Count);
        return (uint)_known.Count - 1;
    }

    /// <summary>Writes pairs, entries and head; returns the head's place.</summary>
    public long Write(Stream output)
    {
        var pairs = output.Position;
        _pairs.CopyTo(output);
        var places = SquashMetadataWriter.WriteBlocks(output, packer, _entries.GetBuffer().AsSpan(0, (int)_entries.Length));
        var head = output.Position;
        Span<byte> bytes = stackalloc byte[16];
        bytes.U64(0, (ulong)pairs);
        bytes.U32(8, (uint)_known.Count);
        output.Write(bytes);
        SquashMetadataWriter.WriteList(output, places);
        return head;
    }

    public void Dispose()
    {
        _pairs.Dispose();
        _entries.Dispose();
    }
}

using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>Gathers metadata into blocks of 8 KiB, each packed when it is full; the table is in memory until it is written.</summary>
internal sealed class SquashMetadataWriter(SquashPacker packer) : IDisposable
{
    private const int Stored = 0x8000;

    private readonly MemoryStream _blocks = new();
    private readonly byte[] _block = new byte[SquashMetadata.BlockSize];
    private int _used;

    /// <summary>Where the next byte goes: the block's place in the table times 65536, plus the offset inside.</summary>
    public ulong Reference
    {
        get
        {
            if (_used == _block.Length) Pack();
            return ((ulong)_blocks.Length << 16) | (uint)_used;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_used == _block.Length) Pack();
            var part = bytes[..Math.Min(bytes.Length, _block.Length - _used)];
            part.CopyTo(_block.AsSpan(_used));
            _used += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Writes the blocks.</summary>
    public void CopyTo(Stream output)
    {
        Pack();
        _blocks.Position = 0;
        _blocks.CopyTo(output);
    }

    public void Dispose() => _blocks.Dispose();

    /// <summary>A table of equal entries: the blocks, then the list of their places. Returns the list's place.</summary>
    public static long WriteTable(Stream output, SquashPacker packer, ReadOnlySpan<byte> entries) =>
        WriteList(output, WriteBlocks(output, packer, entries));

    /// <summary>Writes a table's blocks; returns their places.</summary>
    public static List<long> WriteBlocks(Stream output, SquashPacker packer, ReadOnlySpan<byte> entries)
    {
        var places = new List<long>();
        for (; !entries.IsEmpty; entries = entries[Math.Min(entries.Length, SquashMetadata.BlockSize)..])
        {
            places.Add(output.Position);
            output.Write(Packed(packer, entries[..Math.Min(entries.Length, SquashMetadata.BlockSize)]));
        }

        return places;
    }

    /// <summary>Writes the list of a table's blocks; returns the list's own place.</summary>
    public static long WriteList(Stream output, List<long> places)
    {
        var list = output.Position;
        Span<byte> place = stackalloc byte[8];
        foreach (var at in places)
        {
            place.U64(0, (ulong)at);
            output.Write(place);
        }

        return list;
    }

    private static byte[] Packed(SquashPacker packer, ReadOnlySpan<byte> block)
    {
        var room = new byte[block.Length];
        var length = packer.Pack(block, room);
        byte[] head = new byte[2];
        ((Span<byte>)head).U16(0, (ushort)(length > 0 ? length : block.Length | Stored));
        return [.. head, .. length > 0 ? room.AsSpan(0, length) : block];
    }

    private void Pack()
    {
        if (_used == 0) return;
        _blocks.Write(Packed(packer, _block.AsSpan(0, _used)));
        _used = 0;
    }
}

using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>An ISO with sectors replaced and content behind its end: what a patch changes, in memory, and the rest where it is.</summary>
internal sealed class IsoOverlay(RandomAccessSource below) : RandomAccessSource
{
    private const int Sector = IsoVolume.SectorSize;

    private readonly Dictionary<long, byte[]> _sectors = [];
    private readonly PlannedBytes _behind = new();
    private readonly List<IDisposable> _owned = [];

    public override long Length => Math.Max(below.Length, _behind.Length);

    /// <summary>The first block that nothing is in.</summary>
    public uint End => checked((uint)((Length + Sector - 1) / Sector));

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        var inside = (int)Math.Clamp(below.Length - offset, 0, buffer.Length);
        if (inside > 0) below.ReadExactly(offset, buffer[..inside], "ISO");
        if (inside < buffer.Length) _ = _behind.Read(offset + inside, buffer[inside..]);
        for (var sector = offset / Sector; _sectors.Count > 0 && sector * Sector < offset + buffer.Length; sector++)
        {
            if (!_sectors.TryGetValue(sector, out var changed)) continue;
            var start = Math.Max(offset, sector * Sector);
            var length = (int)(Math.Min(offset + buffer.Length, (sector + 1) * Sector) - start);
            changed.AsSpan((int)(start - (sector * Sector)), length).CopyTo(buffer[(int)(start - offset)..]);
        }

        return buffer.Length;
    }

    /// <summary>Changes bytes that are there.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < 0 || bytes.Length > Length - offset)
            throw new InvalidImageException("ISO", "a structure to be changed leaves the image", offset);
        while (!bytes.IsEmpty)
        {
            var (sector, within) = Math.DivRem(offset, Sector);
            if (!_sectors.TryGetValue(sector, out var changed))
            {
                changed = new byte[Sector];
                _ = Read(sector * Sector, changed);
                _sectors.Add(sector, changed);
            }

            var part = bytes[..(int)Math.Min(Sector - within, bytes.Length)];
            part.CopyTo(changed.AsSpan((int)within));
            offset += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Puts content behind the end.</summary>
    /// <returns>Its first block.</returns>
    public uint Append(RandomAccessSource content)
    {
        var block = End;
        _behind.Add((long)block * Sector, content);
        _behind.ExtendTo((long)(block + ((content.Length + Sector - 1) / Sector)) * Sector);
        return block;
    }

    public void Own(IDisposable item) => _owned.Add(item);

    /// <summary>The changed sectors, then the content past the old end, in pieces.</summary>
    public IEnumerable<(long Offset, ReadOnlyMemory<byte> Bytes)> Changes()
    {
        foreach (var (sector, bytes) in _sectors.Where(changed => changed.Key * Sector < below.Length).OrderBy(changed => changed.Key))
            yield return (sector * Sector, bytes.AsMemory(0, (int)Math.Min(Sector, below.Length - (sector * Sector))));
        var buffer = new byte[1 << 20];
        for (var at = below.Length; at < Length; at += buffer.Length)
        {
            var length = Read(at, buffer);
            yield return (at, buffer.AsMemory(0, length));
        }
    }

    public override void Dispose()
    {
        foreach (var item in _owned) item.Dispose();
        base.Dispose();
    }
}

using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Takes and gives back blocks: the bit, its checksum, and the counters of the group and of the whole.</summary>
internal sealed class ExtBlockAllocator(ExtVolume volume)
{
    private const int GoodRun = 64;
    private const string Structure = "ext block bitmap";

    private ExtSuperblock Super => volume.Super;

    /// <summary>Allocates up to so many contiguous blocks, at or after a goal if there are any.</summary>
    /// <exception cref="IOException">The file system is full.</exception>
    public (long Start, int Count) Allocate(long goal, int wanted)
    {
        goal = Math.Clamp(goal, Super.FirstDataBlock, Super.BlockCount - 1);
        var first = volume.GroupOf(goal);
        foreach (var least in (ReadOnlySpan<int>)[Math.Min(wanted, GoodRun), 1])
        {
            for (var i = 0; i <= Super.GroupCount; i++)
            {
                var group = (first + i) % Super.GroupCount;
                if (volume.Peek(group).FreeBlocks < least) continue;
                var from = i == 0 ? (int)(goal - volume.FirstBlockOf(group)) : 0;
                if (TakeRun(group, from, least, wanted) is { Count: > 0 } run) return run;
            }
        }

        throw new IOException("The file system is full.");
    }

    public void Free(long start, long count)
    {
        while (count > 0)
        {
            if (start <= Super.FirstDataBlock || start + count > Super.BlockCount)
                throw new InvalidImageException(Structure, $"block {start} is given back");
            var group = volume.GroupOf(start);
            var at = (int)(start - volume.FirstBlockOf(group));
            var here = (int)Math.Min(count, volume.BlocksIn(group) - at);
            var bits = Bitmap(group, out var block);
            for (var i = at; i < at + here; i++)
            {
                if (!ExtBitmap.Has(bits, i))
                    throw new InvalidImageException(
                        Structure, $"block {volume.FirstBlockOf(group) + i} is used and marked as free", Super.OffsetOfBlock(block));
                ExtBitmap.Clear(bits, i);
            }

            volume.Released.Add(start, here);
            Count(group, here, bits);
            start += here;
            count -= here;
        }
    }

    /// <summary>A group's bitmap to be changed; an uninitialised one is created first.</summary>
    public Span<byte> Bitmap(int group, out long block)
    {
        var descriptor = volume.Peek(group);
        block = descriptor.BlockBitmap;
        if (block <= 0 || block >= Super.BlockCount)
            throw new InvalidImageException("ext group descriptor", $"group {group} has its block bitmap at block {block}");
        if (!volume.HasLazyGroups || (descriptor.Flags & ExtGroupDescriptor.BlocksUninitialized) == 0) return volume.Blocks.Edit(block);
        var bits = volume.Blocks.Fill(block);
        ExtGroupLayout.FillBlockBitmap(volume, group, bits);
        var edit = volume.Edit(group);
        edit.Flags = (ushort)(descriptor.Flags & ~ExtGroupDescriptor.BlocksUninitialized);
        SetChecksum(group, bits);
        return bits;
    }

    public void SetChecksum(int group, ReadOnlySpan<byte> bits)
    {
        if (!Super.HasChecksums) return;
        var edit = volume.Edit(group);
        edit.BlockBitmapChecksum = Checksums.Crc32C(Super.ChecksumSeed, bits[..(int)(Super.BlocksPerGroup / 8)]);
    }

    private (long Start, int Count) TakeRun(int group, int from, int least, int wanted)
    {
        var bits = Bitmap(group, out _);
        var end = volume.BlocksIn(group);
        for (var at = ExtBitmap.FirstClear(bits, from, end); at < end;)
        {
            var run = ExtBitmap.ClearRun(bits, at, end, wanted);
            if (run >= least)
            {
                ExtBitmap.Set(bits, at, run);
                Count(group, -run, bits);
                return (volume.FirstBlockOf(group) + at, run);
            }

            at = ExtBitmap.FirstClear(bits, at + run, end);
        }

        return default;
    }

    private void Count(int group, int freed, ReadOnlySpan<byte> bits)
    {
        var edit = volume.Edit(group);
        edit.FreeBlocks = edit.Values.FreeBlocks + freed;
        Super.FreeBlocks += freed;
        SetChecksum(group, bits);
    }
}

using Maas.Images.Primitives;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Vhdx;

/// <summary>
/// A VHDX of 20 blocks of 1 MiB that qemu-img made, of which the first three are filled with 1, 2 and 3, and a log to be put into it as if
/// the program that wrote it had stopped there.
/// </summary>
internal sealed class DirtyVhdx(byte[] bytes)
{
    public const int Sector = 4096, LogAt = 1 << 20, LogLength = 1 << 20, TableAt = 2 << 20;

    public static readonly Guid Log = new("6d616173-0000-4000-8000-0000000000a1");

    private readonly byte[] _table = bytes[TableAt..(TableAt + Sector)];

    public byte[] Bytes => bytes;

    public static async Task<DirtyVhdx> MakeAsync(TemporaryFolder folder)
    {
        await Tools.ShellAsync(
            folder.Path,
            "qemu-img create -q -f vhdx -o block_size=1M made 20M && qemu-io -f vhdx -c 'write -q -P 1 0 1M' -c 'write -q -P 2 1M 1M' " +
            "-c 'write -q -P 3 2M 1M' made");
        var made = await File.ReadAllBytesAsync(folder["made"], TestContext.Current.CancellationToken);
        made.AsSpan(LogAt, LogLength).Clear();
        return new DirtyVhdx(made).Open(Log);
    }

    /// <summary>The sector of the block table that shows a letter's block for each place: <c>a</c> is the first, a dot none.</summary>
    public byte[] Table(string blocks)
    {
        var table = new byte[Sector];
        for (var i = 0; i < blocks.Length; i++) if (blocks[i] != '.') _table.AsSpan((blocks[i] - 'a') * 8, 8).CopyTo(table.AsSpan(i * 8));
        return table;
    }

    /// <summary>Sets the log's GUID in both headers.</summary>
    public DirtyVhdx Open(Guid log, Action<Memory<byte>>? change = null)
    {
        foreach (var at in (int[])[64 << 10, 128 << 10])
        {
            var header = bytes.AsMemory(at, Sector);
            log.TryWriteBytes(header.Span[48..]);
            change?.Invoke(header);
            header.Span.U32(4, ~Checksums.Crc32C(uint.MaxValue, header.Span, 4, 4));
        }

        return this;
    }

    /// <summary>Puts bytes into the log, which is a ring.</summary>
    public DirtyVhdx Put(int at, byte[] entry)
    {
        for (var i = 0; i < entry.Length; i++) bytes[LogAt + ((at + i) % LogLength)] = entry[i];
        return this;
    }

    /// <summary>An entry: what is written is a sector and its place, or a place and how much of it is zeros.</summary>
    public byte[] Entry(ulong sequence, int tail, params IReadOnlyList<(long Place, byte[]? Sector, long Zeros)> writes) =>
        Entry(sequence, tail, bytes.Length, bytes.Length, writes);

    /// <inheritdoc cref="Entry(ulong, int, IReadOnlyList{ValueTuple{long, byte[], long}})"/>
    public static byte[] Entry(
        ulong sequence,
        int tail,
        long flushed,
        long last,
        IReadOnlyList<(long Place, byte[]? Sector, long Zeros)> writes)
    {
        var sectors = (64 + (writes.Count * 32) + Sector - 1) / Sector;
        var entry = new byte[(sectors + writes.Count(write => write.Sector is not null)) * Sector];
        var s = entry.AsSpan();
        "loge"u8.CopyTo(s);
        s.U32(8, (uint)entry.Length);
        s.U32(12, (uint)tail);
        s.U64(16, sequence);
        s.U32(24, (uint)writes.Count);
        Log.TryWriteBytes(s[32..]);
        s.U64(48, (ulong)flushed);
        s.U64(56, (ulong)last);
        for (var i = 0; i < writes.Count; i++)
        {
            var descriptor = s.Slice(64 + (i * 32), 32);
            descriptor.U64(16, (ulong)writes[i].Place);
            descriptor.U64(24, sequence);
            if (writes[i].Sector is not { } content)
            {
                "zero"u8.CopyTo(descriptor);
                descriptor.U64(8, (ulong)writes[i].Zeros);
                continue;
            }

            "desc"u8.CopyTo(descriptor);
            content.AsSpan(Sector - 4).CopyTo(descriptor[4..]);
            content.AsSpan(0, 8).CopyTo(descriptor[8..]);
            var sector = s.Slice(sectors++ * Sector, Sector);
            content.CopyTo(sector);
            "data"u8.CopyTo(sector);
            sector.U32(4, (uint)(sequence >> 32));
            sector.U32(Sector - 4, (uint)sequence);
        }

        return Sealed(entry);
    }

    public static byte[] Sealed(byte[] entry)
    {
        entry.AsSpan().U32(4, ~Checksums.Crc32C(uint.MaxValue, entry, 4, 4));
        return entry;
    }
}

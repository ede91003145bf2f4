using Maas.Images.Formats;
using Maas.Images.Primitives;
using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Vhdx;

/// <summary>VHDXs that were not closed: what is read is what qemu makes of a copy, in which it carries the log through.</summary>
public sealed class VhdxLogTests : IDisposable
{
    private const int Sector = DirtyVhdx.Sector, TableAt = DirtyVhdx.TableAt, LogLength = DirtyVhdx.LogLength;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_that_qemu_wrote_is_read_as_qemu_carries_it_through()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "qemu-img create -q -f vhdx -o block_size=1M image 20M && qemu-io -f vhdx -c 'write -q -P 1 0 3M' -c 'write -q -P 7 4M " +
            "2M' image");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        // As it was before the last entry had been carried through: the block table is old, the header names the log.
        var last = Enumerable.Range(0, LogLength / Sector)
            .Select(sector => DirtyVhdx.LogAt + (sector * Sector))
            .Where(at => bytes.AsSpan(at).StartsWith("loge"u8))
            .MaxBy(at => ((ReadOnlySpan<byte>)bytes).U64(at + 16));
        bytes.AsSpan(TableAt, Sector).Clear();
        new DirtyVhdx(bytes).Open(new Guid(bytes.AsSpan(last + 32, 16)));

        (await ReadAsync(bytes)).Should().Be("111.77..............");
    }

    [Theory]
    [InlineData("abc", "abc", "111222333")]
    [InlineData("a.b", "a.b", "111...222")]
    [InlineData("....................", "", "")]
    public async Task A_sector_of_the_block_table_is_read_from_the_log(string blocks, string same, string shown)
    {
        same.Should().HaveLength(shown.Length / 3);
        var image = await DirtyVhdx.MakeAsync(_folder);
        image.Put(0, image.Entry(1, 0, (TableAt, image.Table(blocks), 0)));

        (await ReadAsync(image.Bytes)).Should().Be(string.Concat(shown.Chunk(3).Select(three => three[0])).PadRight(20, '.'));
    }

    [Fact]
    public async Task Of_several_writes_to_a_place_the_last_counts()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        image.Put(0, image.Entry(5, 0, (TableAt, image.Table("ccc"), 0), (TableAt, image.Table("bcb"), 0)));
        image.Put(3 * Sector, image.Entry(6, 0, (TableAt, null, 2 * Sector), (TableAt, image.Table("b.ab"), 0)));
        image.Put(5 * Sector, image.Entry(7, 0)); // holds nothing
        (await ReadAsync(image.Bytes)).Should().Be("2.12................");

        image.Put(6 * Sector, image.Entry(8, 0, (TableAt - (2 * Sector), null, 5 * Sector)));
        (await ReadAsync(image.Bytes)).Should().Be("....................");
    }

    [Fact]
    public async Task An_entry_that_was_not_written_whole_ends_the_sequence()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        var torn = image.Entry(2, 0, (TableAt, image.Table("ccc"), 0));
        image.Put(0, image.Entry(1, 0, (TableAt, image.Table("bbb"), 0)));

        image.Put(2 * Sector, torn[..Sector]);
        (await ReadAsync(image.Bytes)).Should().Be("222.................", "its second sector is missing");
        torn[Sector + 9] ^= 1;
        image.Put(2 * Sector, torn);
        (await ReadAsync(image.Bytes)).Should().Be("222.................", "its checksum is wrong");
        torn[Sector + 9] ^= 1;
        image.Put(2 * Sector, DirtyVhdx.Sealed([.. torn[..(2 * Sector - 1)], 99]));
        (await ReadAsync(image.Bytes, byQemu: false)).Should().Be(
            "222.................", "a sector has another number; qemu opens no such image");
        image.Put(2 * Sector, image.Entry(3, 0, (TableAt, image.Table("ccc"), 0)));
        (await ReadAsync(image.Bytes, byQemu: false)).Should().Be(
            "222.................", "a number is left out, and the other's tail is not in its sequence, which qemu does not ask");
        image.Put(2 * Sector, image.Entry(2, 0, (TableAt, image.Table("ccc"), 0)));
        (await ReadAsync(image.Bytes)).Should().Be("333.................");
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(40, 0)]
    public async Task The_sequence_with_the_higher_number_is_the_active_one(int old, int active)
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        image.Put(old * Sector, image.Entry(7, old * Sector, (TableAt, image.Table("aaa"), 0), (TableAt, image.Table("aaa"), 0)));
        image.Put(active * Sector, image.Entry((1UL << 32) + 1, active * Sector, (TableAt, image.Table("bc"), 0)));

        (await ReadAsync(image.Bytes)).Should().Be("23..................");
    }

    [Fact]
    public async Task The_log_is_a_ring()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        var start = LogLength - (3 * Sector);
        image.Put(start, image.Entry(10, start, (TableAt, image.Table("aaaa"), 0)));
        // half of it at the start
        image.Put(LogLength - Sector, image.Entry(11, start, (TableAt, image.Table("bbbb"), 0), (TableAt + Sector, null, Sector)));
        image.Put(Sector, image.Entry(12, start, (TableAt, image.Table("cbac"), 0)));

        (await ReadAsync(image.Bytes)).Should().Be("3213................");
    }

    [Fact]
    public async Task What_stands_before_the_tail_is_in_the_file_already()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        image.Put(0, image.Entry(1, 0, (TableAt, image.Table("aaaa"), 0)));
        image.Put(2 * Sector, image.Entry(2, 2 * Sector, (TableAt + Sector, null, Sector)));

        (await ReadAsync(image.Bytes, byQemu: false)).Should().Be("123.................", "qemu writes it again");
    }

    [Fact]
    public async Task A_file_that_had_not_become_longer_yet_is_zeros_there()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        var table = image.Table("abc");
        var end = (long)image.Bytes.Length;
        table.AsSpan().U64(8 * 9, ((ulong)end >> 20 << 20) | 6);
        image.Put(0, DirtyVhdx.Entry(1, 0, end, end + (1 << 20) - Sector, [(TableAt, table, 0)]));

        (await ReadAsync(image.Bytes)).Should().Be("123.................");
    }

    [Fact]
    public async Task A_log_that_cannot_be_true_is_refused()
    {
        var image = await DirtyVhdx.MakeAsync(_folder);
        await RefusedAsync(image, "VHDX log", "no sequence of entries that is whole");

        long end = image.Bytes.Length;
        var table = image.Table("abc");
        await WithAsync(
            DirtyVhdx.Entry(1, 0, end + Sector, end + Sector, [(TableAt, table, 0)]), $"had {end + Sector} bytes when it was written");
        await WithAsync(DirtyVhdx.Entry(1, 0, end, end, [(end, table, 0)]), $"puts 4096 bytes at {end}");
        await WithAsync(DirtyVhdx.Entry(1, 0, end, end, [(TableAt, null, 1L << 48)]), "bytes at 2097152");
        await WithAsync(DirtyVhdx.Entry(1, 8 * Sector, end, end, [(TableAt, table, 0)]), "no sequence"); // its tail is nowhere
        await WithAsync(DirtyVhdx.Entry(0, 0, end, end, [(TableAt, table, 0)]), "no sequence");
        await WithAsync(DirtyVhdx.Entry(1, 0, end, end, [(TableAt + 1, table, 0)]), "no sequence");
        await WithAsync(DirtyVhdx.Entry(1, 0, end, end, [(TableAt, null, 77)]), "no sequence");
        await WithAsync(Changed(entry => entry.U32(8, 3 * Sector)), "no sequence"); // longer than what was summed
        await WithAsync(Changed(entry => entry.U32(8, 100)), "no sequence");
        await WithAsync(Changed(entry => entry.U32(24, uint.MaxValue)), "no sequence");
        await WithAsync(Changed(entry => entry.U32(24, 2)), "no sequence");
        await WithAsync(Changed(entry => entry[32] ^= 1), "no sequence"); // another log's

        var endless = Changed(entry => entry.U32(8, LogLength));
        for (var sector = 0; sector < LogLength / Sector; sector++) image.Put(sector * Sector, endless[..Sector]);
        await RefusedAsync(image, "VHDX log", "overlap");
        image.Put(0, new byte[LogLength]);

        image.Put(0, DirtyVhdx.Entry(1, 0, end, end, [(TableAt, table, 0)]));
        await RefusedAsync(image.Open(DirtyVhdx.Log, header => header.Span.U16(64, 1)), "VHDX header", "log of version 1");
        await RefusedAsync(
            image.Open(DirtyVhdx.Log, header => { header.Span.U16(64, 0); header.Span.U32(68, 64 << 20); }),
            "VHDX header",
            "a log of 67108864 bytes");
        await RefusedAsync(
            image.Open(DirtyVhdx.Log, header => { header.Span.U32(68, 1 << 20); header.Span.U64(72, 3000); }), "VHDX header", "at 3000");

        Task WithAsync(byte[] entry, string reason)
        {
            image.Put(0, new byte[8 * Sector]).Put(0, entry);
            return RefusedAsync(image, "VHDX log", reason);
        }

        byte[] Changed(ChangeEntry change)
        {
            var entry = DirtyVhdx.Entry(1, 0, end, end, [(TableAt, table, 0)]);
            change(entry);
            return DirtyVhdx.Sealed(entry);
        }
    }

    private delegate void ChangeEntry(Span<byte> entry);

    private static async Task RefusedAsync(DirtyVhdx image, string structure, string reason)
    {
        var open = () => DiskImage.OpenAsync(new MemoryStream(image.Bytes), null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{reason}*").Which.Structure.Should().Be(structure);
    }

    /// <summary>The disk as a digit for each block, and a dot for one of zeros; the same as qemu's.</summary>
    private async Task<string> ReadAsync(byte[] image, bool byQemu = true)
    {
        await File.WriteAllBytesAsync(_folder["dirty"], image, Cancel);
        File.Copy(_folder["dirty"], _folder["copy"], overwrite: true);
        using (var opened = await DiskImage.OpenAsync(_folder["dirty"], null, Cancel))
        {
            opened.Format.Should().Be(DiskFormat.Vhdx);
            await opened.WriteRawAsync(_folder["raw"], null, Cancel);
        }

        (await File.ReadAllBytesAsync(_folder["dirty"], Cancel)).AsSpan().SequenceEqual(image).Should().BeTrue("reading changes nothing");
        if (byQemu)
        {
            await Tools.ShellAsync(_folder.Path, "qemu-img check -q -r all -f vhdx copy && qemu-img convert -f vhdx -O raw copy judged");
            (await SampleDisk.DigestAsync(_folder["raw"])).Should().Be(await SampleDisk.DigestAsync(_folder["judged"]));
        }

        var disk = await File.ReadAllBytesAsync(_folder["raw"], Cancel);
        File.Delete(_folder["raw"]);
        return string.Concat(disk.Chunk(1 << 20)
            .Select(block => block.AsSpan().ContainsAnyExcept(block[0]) ? '?' : block[0] == 0 ? '.' : (char)('0' + block[0])));
    }
}

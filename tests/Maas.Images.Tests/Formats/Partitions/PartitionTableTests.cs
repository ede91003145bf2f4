using System.Text.Json;
using CsCheck;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Partitions;

/// <summary>Tables that are made here; sgdisk and sfdisk are the judges.</summary>
public sealed class PartitionTableTests : IDisposable
{
    private const long DiskLength = 200L << 20;

    private static readonly Guid Disk = new("11111111-2222-4333-8444-555555555555");
    private static readonly Guid Esp = new("aaaaaaaa-2222-4333-8444-555555555555");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_GPT_is_what_was_asked_for_in_sgdisks_eyes()
    {
        await MakeAsync(PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two));

        await SgdiskApprovesAsync();
        (await Tools.RunAsync("sgdisk", "-i", "1", _folder["image"])).Should().ContainEquivalentOf($"unique GUID: {Esp}").And.Contain(
            "'EFI — ☃'").And.Contain(
            "First sector: 2048 ");
        var table = await TableAsync();
        table.GetProperty("id").GetString().Should().BeEquivalentTo(Disk.ToString());
        table.GetProperty("firstlba").GetInt64().Should().Be(34);
        Rows(table).Should().Equal((2048, 131072), (133120, 274432));
        await Tools.ShellAsync(_folder.Path, "sfdisk --verify image");
    }

    [Fact]
    public async Task The_backup_alone_is_a_whole_table()
    {
        await MakeAsync(PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two));
        await ZeroAsync(512, 34 * 512);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions!.FromBackup.Should().BeTrue();
        image.Partitions.Partitions.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Growing_moves_the_backup_to_the_end_and_the_partition_with_it(int? number)
    {
        await MakeAsync(PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two));
        await ResizeAsync(900L << 20);
        PartitionTable before;
        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel)) before = image.Partitions!;

        var grown = before.Grow(900L << 20, number);
        await WriteAsync(grown);

        await SgdiskApprovesAsync();
        Rows(await TableAsync()).Should().Equal((2048, 131072), (133120, 1708032));
        grown.Partitions[0].Should().Be(before.Partitions[0]);
    }

    [Fact]
    public async Task A_table_that_sgdisk_wrote_grows_and_keeps_all_it_said()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "truncate -s 64M image && sgdisk -n 1:2048:+10M -t 1:ef00 -c 1:first -n 7:0:+20M -t 7:8300 -A 7:set:2 -A 7:set:60 -c " +
            "7:root image && sfdisk --json image > before && truncate -s 3G image");
        PartitionTable before;
        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel)) before = image.Partitions!;

        await WriteAsync(before.Grow(3L << 30));

        await SgdiskApprovesAsync();
        await Tools.ShellAsync(
            _folder.Path,
            "sfdisk --json image > after && sed -E '/size|lastlba/d' before > b && sed -E '/size|lastlba/d' after > a && diff b a");
        Rows(await TableAsync())[1].Should().Be((22528, ((3L << 30) / 512) - 22528 - 2048));
    }

    [Fact]
    public async Task A_hybrid_MBR_shows_its_partitions_and_is_read_back()
    {
        var table = PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two) with
        {
            Hybrid = [new(1, 0xEF), new(2, 0x83, IsActive: true)]
        };
        await MakeAsync(table);

        await SgdiskApprovesAsync();
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.Partitions!.Hybrid.Should().Equal(table.Hybrid);
        var sector = new byte[512];
        await using var disk = image.OpenRead();
        await disk.ReadExactlyAsync(sector, Cancel);
        Enumerable.Range(0, 4).Select(i => sector[446 + (16 * i) + 4]).Should().Equal(0xEE, 0xEF, 0x83, 0);
        sector[446 + 32].Should().Be(0x80);
    }

    [Fact]
    public async Task An_MBR_with_logical_partitions_is_read_by_sfdisk_and_here()
    {
        var table = PartitionTable.Create(PartitionScheme.Mbr, Disk, DiskLength,
        [
            new() { Type = PartitionTypes.EfiSystem, Length = 20 << 20, IsActive = true },
            new() { Type = PartitionTypes.LinuxSwap, Length = 10 << 20 },
            new() { Type = PartitionTypes.Mbr(0x0C), Length = 10 << 20 },
            new() { Length = 30 << 20 },
            new() { Length = 5 << 20 },
            new(),
        ]);
        await MakeAsync(table);

        await Tools.ShellAsync(_folder.Path, "sfdisk --verify image");
        var judged = await TableAsync();
        judged.GetProperty("id").GetString().Should().Be("0x11111111");
        Rows(judged, except: "f").Should().BeEquivalentTo(table.Partitions.Select(part => (part.Offset / 512, part.Length / 512)));
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.Partitions!.Should().BeEquivalentTo(table);
    }

    [Fact]
    public async Task Boot_code_in_front_of_an_MBR_stays()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "truncate -s 200M image && yes boot | head -c 440 | dd of=image conv=notrunc status=none && printf 'label: " +
            "dos\\nlabel-id: 0x1234abcd\\n2048,8192,83,*\\n10240,,E\\n12288,8192,83\\n' | sfdisk -q image && truncate -s 300M image");
        PartitionTable before;
        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel)) before = image.Partitions!;

        await WriteAsync(before.Grow(300L << 20));

        await Tools.ShellAsync(_folder.Path, "sfdisk --verify image && yes boot | head -c 440 | cmp -n 440 - image");
        Rows(await TableAsync()).Should().Contain((2048, 8192)).And.Contain((12288, 602112));
    }

    [Fact]
    public async Task Sectors_of_4096_bytes_are_counted_as_such()
    {
        await MakeAsync(PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two, sectorSize: 4096));

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions!.SectorSize.Should().Be(4096);
        image.Partitions.Partitions.Select(part => (part.Offset, part.Length))
            .Should()
            .Equal((1L << 20, 64L << 20), (65L << 20, 134L << 20));
        image.OpenRead().Length.Should().Be(DiskLength);
    }

    [Fact]
    public void Any_layout_reads_back_equal_after_growing_too() => Gen.Select(
        Gen.Int[1, 40].List[0, 12], Gen.Bool, Gen.Int[0, 500]).Sample((sizes, gpt, growth) =>
    {
        var length = (sizes.Sum() + sizes.Count + 4L) << 20;
        var scheme = gpt ? PartitionScheme.Gpt : PartitionScheme.Mbr;
        var table = PartitionTable.Create(scheme, Disk, length, sizes.ConvertAll(size => new NewPartition { Length = (long)size << 20 }));
        ReadBack(table, length).Should().BeEquivalentTo(sizes.Count == 0 && !gpt ? null : table);
        if (sizes.Count == 0) return;

        var larger = length + ((long)growth << 20);
        var grown = table.Grow(larger, sizes.Count / 2 == 0 ? null : table.Partitions[sizes.Count / 2].Number);
        ReadBack(grown, larger).Should().BeEquivalentTo(grown);
    }, iter: 40, threads: 1);

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused(() => PartitionTable.Create(PartitionScheme.Gpt, Disk, 10 << 20, [new() { Length = 9 << 20 }]), "fit");
        Refused(() => PartitionTable.Create(PartitionScheme.Gpt, Disk, 10 << 20, [new(), new()]), "last");
        Refused(() => PartitionTable.Create(PartitionScheme.Gpt, Disk, 10 << 20, [new() { Name = new string('x', 37) }]), "36");
        Refused(() => PartitionTable.Create(PartitionScheme.Mbr, Disk, 10 << 20, [new() { Name = "x" }]), "names");
        var table = PartitionTable.Create(PartitionScheme.Gpt, Disk, DiskLength, Two);
        Refused(() => table.ToPatches(100 << 20), "fit");
        Refused(() => table.Grow(DiskLength, 9), "no partition 9");
        Refused(
            () => (table with { Partitions = [table.Partitions[0], table.Partitions[1] with { Offset = 30 << 20 }] }).ToPatches(DiskLength),
            "overlap");
        Refused(() => (table with { Hybrid = [new(5, 0x83)] }).ToPatches(DiskLength), "no partition 5");

        static void Refused(Func<object> make, string reason) => make.Should().Throw<ArgumentException>().WithMessage($"*{reason}*");
    }

    private static NewPartition[] Two =>
    [
        new() { Type = PartitionTypes.EfiSystem, Length = 64 << 20, Name = "EFI — ☃", Id = Esp },
        new() { Type = PartitionTypes.LinuxRootX64, Name = "root" },
    ];

    private static PartitionTable? ReadBack(PartitionTable table, long length)
    {
        using var disk = new MemoryStream(new byte[length]);
        table.WriteAsync(disk).GetAwaiter().GetResult();
        using var image = DiskImage.OpenAsync(disk).GetAwaiter().GetResult();
        return image.Partitions;
    }

    private async Task MakeAsync(PartitionTable table)
    {
        await ResizeAsync(DiskLength);
        await WriteAsync(table);
    }

    private async Task ResizeAsync(long length)
    {
        await using var disk = new FileStream(_folder["image"], FileMode.OpenOrCreate);
        disk.SetLength(length);
    }

    private async Task WriteAsync(PartitionTable table)
    {
        await using var disk = new FileStream(_folder["image"], FileMode.Open);
        await table.WriteAsync(disk, Cancel);
    }

    private async Task ZeroAsync(long offset, int length)
    {
        await using var disk = new FileStream(_folder["image"], FileMode.Open) { Position = offset };
        await disk.WriteAsync(new byte[length], Cancel);
    }

    private async Task SgdiskApprovesAsync() =>
        (await Tools.RunAsync("sgdisk", "-v", _folder["image"])).Should().Contain("No problems found");

    private async Task<JsonElement> TableAsync() =>
        JsonDocument.Parse(await Tools.RunAsync("sfdisk", "--json", _folder["image"])).RootElement.GetProperty("partitiontable");

    private static List<(long Start, long Size)> Rows(JsonElement table, string except = "") =>
        [.. table.GetProperty("partitions")
            .EnumerateArray()
            .Where(row => row.GetProperty("type").GetString() != except)
            .Select(row => (row.GetProperty("start").GetInt64(), row.GetProperty("size").GetInt64()))];
}

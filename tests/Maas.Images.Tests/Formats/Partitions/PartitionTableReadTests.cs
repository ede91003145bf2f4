using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Partitions;

public sealed class PartitionTableReadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_GPT_that_sgdisk_wrote_is_read()
    {
        await MakeGptAsync();

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions!.Scheme.Should().Be(PartitionScheme.Gpt);
        image.Partitions.FromBackup.Should().BeFalse();
        image.Partitions.Partitions.Select(part => (part.Number, part.Offset, part.Length, part.Type, part.Name, part.IsActive))
            .Should()
            .Equal(
            (1, 1048576L, 10485760L, PartitionTypes.EfiSystem, "EFI — ☃", false),
            (3, 11534336L, 20971520L, PartitionTypes.LinuxData, "root", true));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(600)]
    [InlineData(1024)]
    public async Task A_damaged_GPT_is_read_from_its_second_copy(int damagedAt)
    {
        await MakeGptAsync();
        using (var disk = File.OpenHandle(_folder["image"], FileMode.Open, FileAccess.Write))
            RandomAccess.Write(disk, new byte[20], damagedAt);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions!.FromBackup.Should().BeTrue();
        image.Partitions.Partitions.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_MBR_with_logical_partitions_is_read_as_sfdisk_numbers_them()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "truncate -s 64M image && printf 'label: dos\\nlabel-id: " +
            "0x1234abcd\\n2048,8192,ef\\n10240,8192,83,*\\n18432,,E\\n20480,4096,83\\n26624,8192,82\\n' | sfdisk -q image");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions!.Scheme.Should().Be(PartitionScheme.Mbr);
        image.Partitions.DiskId.Should().Be("1234abcd");
        image.Partitions.Partitions.Select(part => (part.Number, part.Offset / 512, part.Length / 512, part.MbrType, part.IsActive))
            .Should()
            .Equal(
            (1, 2048, 8192, (byte?)0xef, false),
            (2, 10240, 8192, (byte?)0x83, true),
            (5, 20480, 4096, (byte?)0x83, false),
            (6, 26624, 8192, (byte?)0x82, false));
    }

    [Fact]
    public async Task A_FAT_boot_sector_is_no_partition_table()
    {
        await Tools.RunAsync("mkfs.fat", "-C", _folder["image"], "2000");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Partitions.Should().BeNull();
        image.Volumes.Should().ContainSingle();
    }

    private async Task MakeGptAsync()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 64M image");
        await Tools.RunAsync(
            "sgdisk",
            "-n",
            "1:2048:+10M",
            "-t",
            "1:ef00",
            "-c",
            "1:EFI — ☃",
            "-n",
            "3:0:+20M",
            "-t",
            "3:8300",
            "-c",
            "3:root",
            "-A",
            "3:set:2",
            _folder["image"]);
    }
}

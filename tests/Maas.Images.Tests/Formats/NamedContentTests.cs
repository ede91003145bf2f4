using System.Text;
using Maas.Images.Formats;
using Maas.Images.Inspection;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats;

/// <summary>What cannot be read is named, never taken for a raw disk.</summary>
public sealed class NamedContentTests : IDisposable
{
    private const int ImageLength = 2 << 20;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, long> Containers => new()
    {
        { "VirtualBox disk", "7f10dabe", 64 },
        { "QED", "51454400", 0 },
        { "Parallels", Hex("WithoutFreeSpace"), 0 },
        { "Parallels", Hex("WithouFreSpacExt"), 0 },
        { "Android sparse image", "3aff26ed0100000028000c00", 0 },
        { "DMG", "6b6f6c7900000004", -512 },
        { "VMA", "564d4100", 0 },
        { "Partclone", Hex("partclone-image"), 0 },
        { "E01", "455646090d0aff00", 0 },
        { "NRG", Hex("NER5"), -12 },
        { "sectors of 2352 bytes", "00ffffffffffffffffffff00", 0 },
        { "WIM", "4d5357494d000000", 0 },
        { "zip archive", "504b0304", 0 },
        { "7z archive", "377abcaf271c", 0 },
        { "xar archive", Hex("xar!"), 0 },
        { "RAR archive", "526172211a0700", 0 },
        { "Debian package", Hex("!<arch>\ndebian-binary   "), 0 },
        { "ar archive", Hex("!<arch>\nlibx.o"), 0 },
        { "RPM package", "edabeedb", 0 },
        { "odc", Hex("0707070000000000001006440000"), 0 },
        { "cpio archive of the binary format", "c77100000000a4810000000001000000000000000200000000006100", 0 },
        { "lzop", "894c5a4f000d0a1a0a", 0 },
        { "lzip", "4c5a495001", 0 },
        { "lzma", "5d00008000ffffffffffffffff00", 0 },
        { "lzma", "5d0000800000001000000000000000", 0 },
        { "compress", "1f9d90", 0 },
        { "OpenSSL", Hex("Salted__"), 0 },
    };

    public static TheoryData<string, string, long> Contents => new()
    {
        { "udf", "00" + Hex("BEA01") + "01", 32768 },
        { "f2fs", "1020f5f2", 1024 },
        { "jfs", Hex("JFS1"), 32768 },
        { "reiserfs", Hex("ReIsEr2Fs"), 65536 + 52 },
        { "nilfs2", "02000000000034341801000000000000000000000200", 1024 },
        { "hfsplus", "482b0004", 1024 },
        { "befs", "31534642", 512 + 32 },
        { "bfs", "cefaad1b", 0 },
        { "minix", "a002" + "0008" + "0100" + "0100" + "1900" + "0000" + "ffffff00" + "8f13", 1024 },
        { "cramfs", "453dcd28", 0 },
        { "jffs2", "85190320", 0 },
        { "ubifs", "31181006", 0 },
        { "apfs", Hex("NXSB"), 32 },
        { "zfs_member", "0cb1ba0000000000", (128 << 10) + 4096 },
        { "linux_raid_member", Hex12(0), 0 },
        { "linux_raid_member", Hex12(4096), 4096 },
        { "linux_raid_member", Hex12(ImageLength - 8192), ImageLength - 8192 },
        { "linux_raid_member", "fc4e2ba9" + "00000000" + "5a000000", ImageLength - 65536 },
        { "swap", Hex("SWAPSPACE2"), 65526 },
        { "hpfs", "49e895f9", 8192 },
        { "bitlocker", Hex("-FVE-FS-"), 3 },
        { "bsd disk label", "57455682" + new string('0', 2 * 128) + "57455682", 512 },
        { "sgi disk label", "0be5a941", 0 },
        { "sun disk label", "dabe" + "dabe", 508 },
        { "amiga disk label", "5244534b" + "00000003" + "adbbacb2", 1024 },
        { "pc98 disk label", "00000000" + Hex("IPL1") + new string('0', 2 * 502) + "55aa", 0 },
        { "atari disk label", "00000400" + "0147454d" + "00000002" + "00000100", 0x1c2 },
        { "efi program", "4d5a" + new string('0', 2 * 58) + "40000000" + "50450000", 0 },
        { "elf program", "7f454c46", 0 },
        { "u-boot image", "27051956", 0 },
    };

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task A_container_that_is_not_read_is_refused_by_its_name(string name, string bytes, long offset)
    {
        await File.WriteAllBytesAsync(_folder["image"], With(bytes, offset), Cancel);

        var open = () => DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var edit = () => DiskImage.EditAsync(_folder["image"], null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{name}*not read here*");
        (await edit.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{name}*not read here*");
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Content_that_is_not_read_is_named(string name, string bytes, long offset)
    {
        var image = With(bytes, offset);
        if (name == "udf") With("00" + Hex("NSR02") + "01", 34816).AsSpan(34816, 8).CopyTo(image.AsSpan(34816));

        using var opened = await DiskImage.OpenAsync(new MemoryStream(image), null, Cancel);

        opened.Volumes[0].Content.Should().Be(name);
        opened.Volumes[0].HasTree.Should().BeFalse();
        (await ImageInspector.DescribeAsync(opened, Cancel)).Unread.Any(line => line.Contains(name)).Should()
            .Be(name is not ("swap" or "efi program" or "elf program" or "u-boot image"), "those hold no files that could be missed");
    }

    [Theory]
    [InlineData("qemu-img create -q -f vdi image 8M", "VirtualBox")]
    [InlineData("qemu-img create -q -f qed image 8M", "QED")]
    [InlineData("qemu-img create -q -f parallels image 8M", "Parallels")]
    [InlineData("echo x > x && 7z a image.7z x > 7z.log && mv image.7z image", "7z archive")]
    [InlineData("echo x > x && echo x | cpio -o -H odc > image 2> log", "odc")]
    [InlineData("echo x > x && echo x | cpio -o -H bin > image 2> log", "binary format")]
    [InlineData("head -c 100000 /dev/zero | xz --format=lzma > image", "lzma")]
    public async Task What_real_programs_write_is_refused_by_its_name(string line, string name)
    {
        await Tools.ShellAsync(_folder.Path, line);

        var open = () => DiskImage.OpenAsync(_folder["image"], null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{name}*not read here*");
    }

    [Theory]
    [InlineData("mkfs.minix image > log", "minix")]
    [InlineData("mkfs.minix -3 image > log", "minix")]
    [InlineData("mkfs.bfs image > log", "bfs")]
    [InlineData("mkdir d && echo x > d/x && mkfs.cramfs d image > log", "cramfs")]
    [InlineData("mkswap -p 65536 image > log", "swap")]
    public async Task A_file_system_of_util_linux_is_named(string line, string name)
    {
        await Tools.ShellAsync(_folder.Path, $"truncate -s 4M image && {line}");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Volumes[0].Content.Should().Be(name);
    }

    [Theory]
    [InlineData("xz", "cloud.tar.xz")]
    [InlineData("cat", "machine.ova")]
    public async Task An_archive_with_a_disk_in_it_is_not_written_as_the_disk(string packer, string name)
    {
        await Tools.ShellAsync(_folder.Path, $"truncate -s 1M disk.raw && tar -cf - disk.raw | {packer} > {name}");
        using var image = await DiskImage.OpenAsync(_folder[name], null, Cancel);

        var write = () => image.WriteRawAsync(_folder["out"], null, Cancel);

        image.OpenTree().List(image.OpenTree().Root).Single().Path.Should().Be("disk.raw");
        (await write.Should().ThrowAsync<InvalidImageException>()).WithMessage("*tar, not a disk*disk.raw*");
        File.Exists(_folder["out"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_text_and_an_empty_file_are_named_and_not_written_as_disks()
    {
        foreach (var (content, name) in new[] { ("#!/bin/sh\necho caf\u00e9\n", "text"), ("", "empty") })
        {
            using var image = await DiskImage.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), null, Cancel);

            var write = () => image.WriteRawAsync(_folder["out"], null, Cancel);

            image.Volumes[0].Content.Should().Be(name);
            (await write.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{name}, not a disk*");
        }
    }

    [Fact]
    public async Task What_matches_nothing_is_a_raw_disk()
    {
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var bytes = new byte[8192];
            random.NextBytes(bytes);
            using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);
            (image.Format, image.Volumes[0].Content).Should().Be((DiskFormat.Raw, ""));
        }
    }

    [Fact]
    public async Task A_member_of_a_mirror_is_not_taken_for_the_file_system_in_it()
    {
        await Tools.ShellAsync(_folder.Path, "mke2fs -q -t ext4 image 8M");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var superblock = bytes.Length - 8192;
        Convert.FromHexString(Hex12(superblock)).CopyTo(bytes, superblock);
        await File.WriteAllBytesAsync(_folder["image"], bytes, Cancel);

        using var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel);
        var open = () => edit.OpenTree();

        open.Should().Throw<NotSupportedException>().WithMessage("*linux_raid_member*");
    }

    [Fact]
    public async Task A_UDF_file_system_beside_ISO_9660_is_told()
    {
        await Tools.ShellAsync(
            _folder.Path, "mkdir d && echo x > d/x && genisoimage -quiet -udf -R -o udf.iso d && genisoimage -quiet -R -o plain.iso d");

        using var bridge = await DiskImage.OpenAsync(_folder["udf.iso"], null, Cancel);
        using var plain = await DiskImage.OpenAsync(_folder["plain.iso"], null, Cancel);

        bridge.Volumes[0].Warning.Should().Contain("UDF");
        (await ImageInspector.DescribeAsync(bridge, Cancel)).Unread.Should().ContainMatch("*UDF*");
        plain.Volumes[0].Warning.Should().BeNull();
    }

    [Theory]
    [InlineData("77610000")] // Azure, as in the report
    [InlineData("76626f78")] // VirtualBox
    [InlineData("6e657721")]
    public async Task A_VHD_of_any_creator_but_Virtual_PC_and_old_QEMU_is_as_long_as_it_says(string creator)
    {
        const long size = 0x140000000;
        var footer = new byte[512];
        Convert.FromHexString("636f6e656374697800000002" + "00010000" + "ffffffffffffffff" + "2ec79b96" + "77610000" + "00070000"
            + "5769326b" + "0000000140000000" + "0000000140000000"
            + "28a2103f" + "00000002" + "ffffe747" + "8c54df94bd35714c945fe5444453921a").CopyTo(footer, 0);
        Convert.FromHexString(creator).CopyTo(footer, 28);
        new byte[4].CopyTo(footer, 64);
        var sum = ~(uint)footer.Sum(one => one);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(64), sum);
        if (creator == "77610000") sum.Should().Be(0xffffe747, "the footer is the one that Azure wrote");
        await using (var file = File.Create(_folder["image"]))
        {
            file.Position = size;
            await file.WriteAsync(footer, Cancel);
        }

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        (image.Format, image.Length).Should().Be((DiskFormat.Vhd, size));
    }

    [Theory]
    [InlineData("vpc ")]
    [InlineData("qemu")]
    public async Task A_VHD_of_Virtual_PC_is_as_long_as_its_geometry(string creator)
    {
        await Tools.ShellAsync(_folder.Path, "qemu-img create -q -f vpc -o subformat=fixed,force_size=on image 5M");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var footer = bytes.AsSpan(bytes.Length - 512);
        Encoding.ASCII.GetBytes(creator).CopyTo(footer[28..]);
        Convert.FromHexString("00640411").CopyTo(footer[56..]); // 100 cylinders, 4 heads, 17 sectors
        footer.Slice(64, 4).Clear();
        uint sum = 0;
        foreach (var one in footer) sum += one;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(footer[64..], ~sum);

        using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);

        image.Length.Should().Be(100 * 4 * 17 * 512);
    }

    private static byte[] With(string hex, long offset)
    {
        var image = new byte[ImageLength];
        Convert.FromHexString(hex).CopyTo(image, offset < 0 ? ImageLength + offset : offset);
        return image;
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    /// <summary>A superblock of md, version 1, that says it is at a place.</summary>
    private static string Hex12(int place)
    {
        var block = new byte[256];
        Convert.FromHexString("fc4e2ba901000000").CopyTo(block, 0);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(144), (ulong)place / 512);
        return Convert.ToHexString(block);
    }
}
